import { isIP } from 'node:net';
import type { FieldFault } from '../common/problem';
import { urlOf } from '../common/web-url';

/** Why a URL may not be a receiver. */
export type TargetFault = Pick<FieldFault, 'code' | 'detail'>;

/** Names under which clouds hand out credentials. They are refused by name too: what they resolve to is the cloud's choice. */
const METADATA_HOSTS = new Set([
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'metadata.azure.internal',
  'metadata.tencentyun.com',
  'metadata.packet.net',
  'metadata.platformequinix.com',
  'instance-data',
  'instance-data.ec2.internal',
]);

/** The host of a URL as it is looked up: lower case, without the brackets of IPv6 and without a root dot. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
}

/**
 * Why the text cannot be the URL of a receiver, whatever its host resolves to; undefined when it can. The address it
 * leads to is judged apart (address.guard.ts).
 */
export function faultOfText(text: string): TargetFault | undefined {
  // What URL parsers drop or turn round is where two of them come to different hosts.
  if (/[\s\p{Cc}\\]/u.test(text)) return format('may not contain spaces, control characters or backslashes');
  const authority = /^https?:\/\/([^/?#]+)/i.exec(text)?.[1];
  const url = urlOf(text);
  if (authority === undefined || !url) return format('must be an http(s) URL with a host');
  if (authority.includes('@')) return format('may not hold a user name or a password');
  const host = hostOf(url);
  if (url.port === '0') return format('may not name port 0');
  // 2130706433, 0x7f.1 and 0177.0.0.1 are all 127.0.0.1 to a URL parser, but not to every reader of a log.
  if (isIP(host) === 4 && host !== authority.replace(/:\d*$/, ''))
    return format('must write an IPv4 address as four decimal numbers');
  if (METADATA_HOSTS.has(host)) return { code: 'not_allowed', detail: 'leads to a metadata service' };
  return undefined;
}

function format(detail: string): TargetFault {
  return { code: 'format', detail };
}
