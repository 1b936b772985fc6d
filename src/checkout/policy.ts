import { createHash } from 'node:crypto';
import { STYLE } from './style';

/** What one page may do beyond showing itself. */
export interface Allowances {
  /** Our own inline scripts, by content. */
  scripts?: readonly string[];
  /** Content-Security-Policy sources of others. */
  scriptSources?: readonly string[];
  connectSources?: readonly string[];
  frameSources?: readonly string[];
  /** CinetPay's script brings its own styles, which no hash can name. */
  anyStyle?: boolean;
  /** Other sites, and apps, may show the page in a frame. */
  framable?: boolean;
  /** The page holds a form that leaves for the shop. */
  leavingForm?: boolean;
}

/**
 * The Content-Security-Policy of a page: nothing but what it names. A form that leaves for the shop has no form-action,
 * because browsers hold the shop's own redirects to it and nobody but the shop knows where those lead.
 */
export function policyOf(allowed: Allowances): string {
  const directives: Record<string, readonly string[] | undefined> = {
    'default-src': ["'none'"],
    'base-uri': ["'none'"],
    'style-src': [allowed.anyStyle ? "'unsafe-inline'" : hash(STYLE)],
    'script-src': [...(allowed.scripts ?? []).map(hash), ...(allowed.scriptSources ?? [])],
    'connect-src': allowed.scripts ? ["'self'", ...(allowed.connectSources ?? [])] : undefined,
    'img-src': ['data:'],
    'frame-src': allowed.frameSources,
    'form-action': allowed.leavingForm ? undefined : ["'none'"],
    // No source stands for the parents that apps have: not even * matches file:, data:, about: or an app's own scheme.
    'frame-ancestors': allowed.framable ? undefined : ["'none'"],
  };
  return Object.entries(directives)
    .filter(([, sources]) => sources !== undefined && sources.length > 0)
    .map(([name, sources]) => `${name} ${sources!.join(' ')}`)
    .join('; ');
}

/** What no page of ours asks of a browser. */
const NEVER = ['camera', 'display-capture', 'geolocation', 'microphone', 'usb'].map((feature) => `${feature}=()`);

/** The Permissions-Policy of a page: the browser's ways to pay are for the counter in its frame, and for no page of ours. */
export function permissionsOf({ frameSources = [] }: Allowances): string {
  const counters = frameSources.filter((source) => /^https?:\/\//.test(source)).map((origin) => `"${origin}"`);
  return [...NEVER, `payment=(${counters.join(' ')})`].join(', ');
}

const hashes = new Map<string, string>();

function hash(source: string): string {
  const known = hashes.get(source);
  if (known !== undefined) return known;
  const made = `'sha256-${createHash('sha256').update(source, 'utf8').digest('base64')}'`;
  hashes.set(source, made);
  return made;
}
