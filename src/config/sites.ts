import { readFileSync } from 'node:fs';
import { plainToInstance } from 'class-transformer';
import { CALLER_NAME } from '../common/caller-name';
import { isMultipleRight } from '../common/money';
import { Secret } from '../common/secret';
import { SiteConfig } from './config';
import { faultOfText, type Reader } from './reader';

/** Where a field of a site was written: the name of a variable, or the entry of the file. */
export type PlaceOfSite = (index: number, field: string) => string;

const SITE_FIELDS: Record<keyof SiteConfig, true> = {
  ...{ site_id: true, apikey: true, secret_key: true, secret_keys_previous: true, currency: true, name: true },
  ...{ default: true, min_amount: true, max_amount: true, callers: true, seamless: true },
};
const NEEDED = ['site_id', 'apikey', 'secret_key', 'currency'] as const;
const FILE = 'CINETPAY_SITES_FILE';
const VARIABLES = NEEDED.map((field) => `CINETPAY_${field.toUpperCase()}`);

/** The sites of `CINETPAY_SITES_FILE`, or the one of the variables. */
export function readSites(read: Reader): SiteConfig[] {
  if (!read.isAbsent(FILE)) return sitesOf(read.text(FILE), read);
  // A currency alone is what .env.example brings.
  if (VARIABLES.every((name) => name === 'CINETPAY_CURRENCY' || read.isAbsent(name))) return [];
  const [site_id, apikey, secret_key, currency] = VARIABLES.map((name) => read.required(name));
  const previous = read.list('CINETPAY_SECRET_KEYS_PREVIOUS') ?? [];
  // What is missing has been told; the rest is judged all the same.
  const stated = { site_id: site_id || '1', currency: currency || 'XOF' };
  return [asSite({ ...stated, apikey, secret_key, secret_keys_previous: previous, default: true })];
}

/** How the faults of these sites name their place. */
export function placeOfSite(read: Reader): PlaceOfSite {
  if (read.isAbsent(FILE)) return (_, field) => `CINETPAY_${field.toUpperCase()}`;
  return (index, field) => `${FILE} entry ${index + 1}: ${field}`;
}

/** What is wrong with sites that can be read. */
export function judgeSites(sites: readonly SiteConfig[], placeOf: PlaceOfSite): string[] {
  return [
    ...sites.flatMap((site, index) => judgeSite(site, (field) => placeOf(index, field))),
    ...judgeTogether(sites),
  ];
}

function judgeSite(site: SiteConfig, place: (field: string) => string): string[] {
  const faults: string[] = [];
  if (site.apikey.reveal().startsWith('sk_'))
    faults.push(`${place('apikey')} belongs to CinetPay's newer API (sk_...), not to Checkout v2`);
  else if (/\s/.test(site.apikey.reveal())) faults.push(`${place('apikey')} holds a space`);
  if (!hasAmount(site)) faults.push(`${place('min_amount')} and max_amount leave no amount that CinetPay takes`);
  if (site.callers?.every?.((name) => CALLER_NAME.test(name)) === false)
    faults.push(`${place('callers')} are names of 1 to 64 letters, digits, ".", "_" and "-"`);
  return faults;
}

function hasAmount({ min_amount: min, max_amount: max, currency }: SiteConfig): boolean {
  const next = [0, 1, 2, 3, 4].map((more) => min + more).find((amount) => isMultipleRight(amount, currency));
  // What is no number has a line of its own.
  return next === undefined || typeof max !== 'number' || next <= max;
}

function judgeTogether(sites: readonly SiteConfig[]): string[] {
  const numbered = sites.map((site, index) => [site, index + 1] as const);
  return numbered.flatMap(([one, number]) =>
    numbered.slice(number).flatMap(([other, otherNumber]) => {
      const faults = judgePair(one, other);
      return faults.map((fault) => `${FILE}: the entries ${number} and ${otherNumber} ${fault}`);
    }),
  );
}

function judgePair(one: SiteConfig, other: SiteConfig): string[] {
  const faults: string[] = [];
  if (one.site_id && one.site_id === other.site_id) faults.push('have the same site_id');
  if (one.default && other.default && one.currency === other.currency && shareCaller(one, other))
    faults.push('are both the default of one currency: only one of them may be');
  const apikey = one.apikey.reveal();
  if ((one.seamless || other.seamless) && apikey !== '' && apikey === other.apikey.reveal())
    faults.push('share an apikey that seamless makes public: a site that allows seamless needs one of its own');
  return faults;
}

function shareCaller({ callers: some }: SiteConfig, { callers: others }: SiteConfig): boolean {
  if (!some || !others) return some?.length !== 0 && others?.length !== 0;
  return some.some((name) => others.includes(name));
}

function sitesOf(file: string | undefined, read: Reader): SiteConfig[] {
  const entries = file === undefined ? undefined : jsonOf(file, read);
  if (!Array.isArray(entries)) {
    if (entries !== undefined) read.refuse(FILE, 'must hold a JSON array');
    return [];
  }
  return entries.map((entry: unknown, index) => {
    const isObject = typeof entry === 'object' && entry !== null && !Array.isArray(entry);
    if (!isObject) read.refuse(`${FILE} entry ${index + 1}`, 'must be an object');
    const fields = isObject ? trimmedFields(entry as Record<string, unknown>) : {};
    judgeFields(fields, (field, rest) => read.refuse(`${FILE} entry ${index + 1}: ${field}`, rest));
    return asSite(fields);
  });
}

function trimmedFields(entry: Record<string, unknown>): Record<string, unknown> {
  const fields = Object.fromEntries(Object.entries(entry).map(([name, value]) => [name, trimmed(value)]));
  // A number is what back-offices and JSON by hand bring; all its digits are there.
  return Number.isSafeInteger(fields.site_id) ? { ...fields, site_id: String(fields.site_id) } : fields;
}

/** What the rules of `SiteConfig` do not see: secrets, names, and texts that look right. */
function judgeFields(fields: Record<string, unknown>, refuse: (field: string, rest: string) => void): void {
  for (const name of NEEDED) {
    const value = fields[name] ?? '';
    if (value === '') refuse(name, 'is not set');
    else if (typeof value !== 'string') refuse(name, 'must be a text');
  }
  for (const [name, value] of Object.entries(fields)) {
    // A slip in "callers" would open the site to all of them.
    if (!(name in SITE_FIELDS)) refuse(name.slice(0, 40), 'is a field that no site has');
    else if (value === null && !isNeeded(name)) refuse(name, 'must not be null: leave it out');
    const faults = [value].flat().map((one) => (typeof one === 'string' ? faultOfText(one) : undefined));
    for (const fault of faults) if (fault !== undefined) refuse(name, fault);
  }
  const previous = fields.secret_keys_previous ?? [];
  if (!Array.isArray(previous) || !previous.every((secret) => typeof secret === 'string'))
    refuse('secret_keys_previous', 'must be a list of texts');
}

function isNeeded(name: string): boolean {
  return (NEEDED as readonly string[]).includes(name);
}

function trimmed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(trimmed);
  return typeof value === 'string' ? value.trim() : value;
}

function jsonOf(file: string, read: Reader): unknown {
  try {
    // Windows' editors put a byte order mark before it, which JSON does not have.
    return JSON.parse(readFileSync(file, 'utf8').replace(/^\uFEFF/, ''));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return read.refuse(FILE, code === undefined ? 'is not JSON in UTF-8' : `cannot be read (${code})`);
  }
}

/** One site as CINETPAY_SITES_FILE writes it. */
export function asSite(entry: Record<string, unknown>): SiteConfig {
  const secrets = Array.isArray(entry.secret_keys_previous) ? entry.secret_keys_previous : [];
  const plain = { ...entry, apikey: undefined, secret_key: undefined, secret_keys_previous: undefined };
  const site = plainToInstance(SiteConfig, plain, { exposeUnsetFields: false });
  site.apikey = new Secret(typeof entry.apikey === 'string' ? entry.apikey : '');
  site.secret_key = new Secret(typeof entry.secret_key === 'string' ? entry.secret_key : '');
  site.secret_keys_previous = secrets.map((secret) => new Secret(String(secret)));
  return site;
}
