import { existsSync, readFileSync } from 'node:fs';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import type { ValidationError } from 'class-validator';
import { Secret } from '../common/secret';
import { urlOf } from '../common/web-url';
import { isHostName, isRange } from './allowed-targets';
import { Config, MIN_PEPPER_LENGTH, SiteConfig } from './config';

/** The names and nothing else of what is wrong: values may be secrets. */
export class ConfigFaults extends Error {
  constructor(readonly faults: string[]) {
    super(faults.join('\n'));
    this.name = 'ConfigFaults';
  }
}

type Environment = Record<string, string | undefined>;

/** The environment; `withFile`: completed by the `.env` file of the working directory, where what is set already stays. */
export function readEnvironment({ withFile }: { withFile: boolean }): Environment {
  if (withFile && existsSync('.env')) process.loadEnvFile('.env');
  return process.env;
}

/** Reads the configuration from the environment. Throws `ConfigFaults` with every fault at once. */
export function loadConfig(env: Environment, mode: Config['mode'] = 'production'): Config {
  const read = new Reader(env);
  const config = new Config();
  const absent = config as unknown as Record<string, unknown>;
  const set = (property: keyof Config, value: unknown): void => {
    if (value !== undefined) absent[property] = value;
  };
  config.mode = mode;
  set('port', read.integer('PORT'));
  set('host', read.text('HOST') ?? (mode === 'production' ? undefined : '127.0.0.1'));
  set('publicUrl', read.url('PUBLIC_URL', true));
  config.databaseUrl = new Secret(read.required('DATABASE_URL'));
  set('databasePool', read.integer('DATABASE_POOL'));
  set('dataDir', read.text('DATA_DIR'));
  set('cinetpayBaseUrl', read.url('CINETPAY_BASE_URL', false));
  config.sites = read.sites();
  set('cinetpayRatePerSecond', read.integer('CINETPAY_RATE_PER_SECOND'));
  set('cinetpayTimeoutMs', read.integer('CINETPAY_TIMEOUT_MS'));
  set('initiationRetrySeconds', read.integers('INITIATION_RETRY_SECONDS'));
  set('checkScheduleSeconds', read.integers('CHECK_SCHEDULE_SECONDS'));
  set('backlogLimit', read.integer('BACKLOG_LIMIT'));
  set('webhookRetrySeconds', read.integers('WEBHOOK_RETRY_SECONDS'));
  set('webhookAllowPrivate', read.list('WEBHOOK_ALLOW_PRIVATE'));
  set('throttleLimit', read.integer('THROTTLE_LIMIT'));
  set('throttleWindowSeconds', read.integer('THROTTLE_WINDOW_SECONDS'));
  set('trustProxyHops', read.integer('TRUST_PROXY_HOPS'));
  set('connectionsPerAddress', read.integer('CONNECTIONS_PER_ADDRESS'));
  set('connectionsMax', read.integer('CONNECTIONS_MAX'));
  set('roles', read.list('ROLES'));
  config.apiKeyPepper = new Secret(read.required('API_KEY_PEPPER'));
  set('allowHttpHosts', read.list('ALLOW_HTTP_HOSTS'));
  set('seamlessScriptUrl', read.url('SEAMLESS_SCRIPT_URL', false));
  set('simulatorPort', read.integer('SIMULATOR_PORT'));
  set('logLevel', read.text('LOG_LEVEL'));
  set('logClientAddress', read.text('LOG_CLIENT_ADDRESS'));
  set('shutdownTimeoutMs', read.integer('SHUTDOWN_TIMEOUT_MS'));
  // What could not be read at all needs no second line about its type.
  const told = new Set(read.faults.map((fault) => fault.split(' ')[0]));
  const faults = [...read.faults, ...judge(config).filter((fault) => !told.has(fault.split(/[ :]/)[0]))];
  if (faults.length > 0) throw new ConfigFaults([...new Set(faults)]);
  return config;
}

function judge(config: Config): string[] {
  const faults = validateSync(config, { forbidUnknownValues: false }).flatMap((error) => describe(error));
  const pepper = config.apiKeyPepper.reveal();
  if (pepper !== '' && pepper.length < MIN_PEPPER_LENGTH)
    faults.push(`API_KEY_PEPPER needs at least ${MIN_PEPPER_LENGTH} characters`);
  for (const [name, url] of [
    ['PUBLIC_URL', config.publicUrl],
    ['CINETPAY_BASE_URL', config.cinetpayBaseUrl],
  ] as const) {
    if (url && !mayBePlain(url, config.allowHttpHosts))
      faults.push(`${name} must be https (plain http only to loopback or to a host in ALLOW_HTTP_HOSTS)`);
  }
  const database = config.databaseUrl.reveal();
  if (database !== '' && !/^postgres(ql)?:$/.test(urlOf(database)?.protocol ?? ''))
    faults.push('DATABASE_URL must be a URL that begins with postgres://');
  if (!config.webhookAllowPrivate.every((entry) => isRange(entry) || isHostName(entry)))
    faults.push('WEBHOOK_ALLOW_PRIVATE must be CIDRs, addresses and host names, separated by commas');
  // The API's paths are added to it; addresses that already hold them are a frequent slip.
  if (/\/v2(\/|$)/.test(new URL(config.cinetpayBaseUrl).pathname))
    faults.push('CINETPAY_BASE_URL must be the address without /v2/payment');
  config.sites.forEach((site, index) => {
    if (site.apikey.reveal().startsWith('sk_'))
      faults.push(`CinetPay site ${index + 1}: apikey belongs to CinetPay's newer API (sk_...), not to Checkout v2`);
  });
  const ids = config.sites.map((site) => site.site_id);
  if (new Set(ids).size < ids.length) faults.push('two sites have the same site_id');
  for (const site of config.sites.filter((one) => one.seamless)) {
    const shared = config.sites.some((other) => other !== site && other.apikey.reveal() === site.apikey.reveal());
    if (shared)
      faults.push(`site ${site.site_id} allows seamless, so its apikey is public: it may share it with no other site`);
  }
  return faults;
}

function describe(error: ValidationError): string[] {
  const sites = (error.children ?? []).flatMap(({ property, children = [] }) =>
    children.flatMap((fault) => messages(fault).map((message) => `CinetPay site ${Number(property) + 1}: ${message}`)),
  );
  return [...messages(error).map((message) => `${variableName(error.property)}: ${message}`), ...sites];
}

// The message begins with our property's name, which nobody outside has ever seen but for the fields of a site.
function messages({ property, constraints = {} }: ValidationError): string[] {
  return Object.values(constraints).map((message) =>
    message.replace(property, property in new Config() ? 'it' : property),
  );
}

/** `throttleLimit` → `THROTTLE_LIMIT`. */
export function variableName(property: string): string {
  if (property === 'sites')
    return 'CINETPAY_SITES_FILE (or CINETPAY_APIKEY, CINETPAY_SITE_ID, CINETPAY_SECRET_KEY, CINETPAY_CURRENCY)';
  return property.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

function mayBePlain(url: string, allowed: string[]): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || LOOPBACK.test(hostname) || allowed.includes(hostname);
}

/** Whether a URL is plain http to somewhere that is not this machine: allowed by ALLOW_HTTP_HOSTS, but worth a warning. */
export function isPlainAndFar(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol !== 'https:' && !LOOPBACK.test(hostname);
}

/** Whether a URL names this machine as `localhost`: CinetPay refuses such return and notify addresses (docs/cinetpay.md). */
export function namesLocalhost(url: string): boolean {
  return /(^|\.)localhost$/.test(new URL(url).hostname);
}

const SITE_FIELDS: Record<keyof SiteConfig, true> = {
  ...{ site_id: true, apikey: true, secret_key: true, secret_keys_previous: true, currency: true, name: true },
  ...{ default: true, min_amount: true, max_amount: true, callers: true, seamless: true },
};

class Reader {
  readonly faults: string[] = [];

  constructor(private readonly env: Environment) {}

  text(name: string): string | undefined {
    const value = this.env[name]?.trim();
    return value === undefined || value === '' ? undefined : value;
  }

  required(name: string): string {
    const value = this.text(name);
    if (value === undefined) this.faults.push(`${name} is not set`);
    return value ?? '';
  }

  integer(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (/^\d{1,12}$/.test(value)) return Number(value);
    this.faults.push(`${name} must be a whole number`);
    return undefined;
  }

  list(name: string): string[] | undefined {
    return this.text(name)
      ?.split(',')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== '');
  }

  integers(name: string): number[] | undefined {
    const entries = this.list(name);
    if (entries === undefined) return undefined;
    if (entries.length > 0 && entries.every((entry) => /^\d{1,9}$/.test(entry))) return entries.map(Number);
    this.faults.push(`${name} must be whole seconds, separated by commas`);
    return undefined;
  }

  url(name: string, required: boolean): string | undefined {
    const value = required ? this.required(name) : this.text(name);
    if (!value) return undefined;
    if (/^https?:$/.test(urlOf(value)?.protocol ?? '')) return value.replace(/\/+$/, '');
    this.faults.push(`${name} must be an http(s) URL`);
    return undefined;
  }

  sites(): SiteConfig[] {
    const file = this.text('CINETPAY_SITES_FILE');
    if (file !== undefined) return this.sitesFile(file);
    const names = ['CINETPAY_APIKEY', 'CINETPAY_SITE_ID', 'CINETPAY_SECRET_KEY', 'CINETPAY_CURRENCY'];
    // A currency alone is what .env.example brings.
    if (names.every((name) => name === 'CINETPAY_CURRENCY' || this.text(name) === undefined)) return [];
    const [apikey, site_id, secret_key, currency] = names.map((name) => this.required(name));
    const previous = this.list('CINETPAY_SECRET_KEYS_PREVIOUS') ?? [];
    // What is missing has been told; the rest is judged all the same.
    const stated = { site_id: site_id || '1', currency: currency || 'XOF' };
    return [asSite({ ...stated, apikey, secret_key, secret_keys_previous: previous, default: true })];
  }

  private sitesFile(file: string): SiteConfig[] {
    const parsed = this.json(file);
    if (parsed === undefined) return [];
    if (!Array.isArray(parsed)) {
      this.faults.push('CINETPAY_SITES_FILE must hold a JSON array');
      return [];
    }
    return parsed.map((entry: Record<string, unknown>, index) => {
      const place = `CINETPAY_SITES_FILE entry ${index + 1}`;
      for (const name of ['site_id', 'apikey', 'secret_key', 'currency']) {
        if (typeof entry?.[name] !== 'string' || entry[name] === '') this.faults.push(`${place} lacks ${name}`);
      }
      // A slip in "callers" would open the site to everybody.
      for (const name of Object.keys(entry ?? {}).filter((one) => !(one in SITE_FIELDS)))
        this.faults.push(`${place} has a field that no site has: ${name.slice(0, 40)}`);
      return asSite(entry ?? {});
    });
  }

  private json(file: string): unknown {
    try {
      return JSON.parse(readFileSync(file, 'utf8'));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      this.faults.push(`CINETPAY_SITES_FILE ${code === undefined ? 'is not JSON' : `cannot be read (${code})`}`);
      return undefined;
    }
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
