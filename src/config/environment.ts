import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { validateSync } from 'class-validator';
import type { ValidationError } from 'class-validator';
import { Secret } from '../common/secret';
import { isHostName, isRange } from './allowed-targets';
import { AddressFault, readDatabaseUrl } from './database-address';
import { Config, MIN_PEPPER_LENGTH } from './config';
import { Reader, type Environment } from './reader';
import { judgeSites, placeOfSite, readSites, type PlaceOfSite } from './sites';

/** The names and nothing else of what is wrong: values may be secrets. */
export class ConfigFaults extends Error {
  constructor(readonly faults: string[]) {
    super(faults.join('\n'));
    this.name = 'ConfigFaults';
  }
}

/**
 * The environment; `withFile`: completed by the `.env` file of the working directory, where what is set already stays.
 * @throws ConfigFaults where that file is there and cannot be read
 */
export function readEnvironment({ withFile }: { withFile: boolean }): Environment {
  const fromFile = withFile ? parseEnv(envFile()) : {};
  for (const [name, value] of Object.entries(fromFile)) process.env[name] ??= value;
  return process.env;
}

// Not `process.loadEnvFile`: it reports every file that it cannot read as absent, and takes a byte order mark for a part of a name.
function envFile(): string {
  try {
    return readFileSync('.env', 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return '';
    const way = code === 'EISDIR' ? 'it is a folder, where a file is meant' : 'let this user read it, or move it away';
    throw new ConfigFaults([`.env in ${process.cwd()} cannot be read (${code}): ${way}`]);
  }
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
  set('host', read.host('HOST') ?? (mode === 'production' ? undefined : '127.0.0.1'));
  set('publicUrl', read.url('PUBLIC_URL', { isRequired: true }));
  config.databaseUrl = new Secret(read.required('DATABASE_URL'));
  set('databasePool', read.integer('DATABASE_POOL'));
  set('databaseWaitSeconds', read.integer('DATABASE_WAIT_SECONDS'));
  set('dataDir', read.text('DATA_DIR'));
  set('cinetpayBaseUrl', read.url('CINETPAY_BASE_URL'));
  config.sites = readSites(read);
  set('cinetpayRatePerSecond', read.integer('CINETPAY_RATE_PER_SECOND'));
  set('cinetpayTimeoutMs', read.integer('CINETPAY_TIMEOUT_MS'));
  set('initiationRetrySeconds', read.integers('INITIATION_RETRY_SECONDS'));
  set('checkScheduleSeconds', read.integers('CHECK_SCHEDULE_SECONDS'));
  set('backlogLimit', read.integer('BACKLOG_LIMIT'));
  set('webhookRetrySeconds', read.integers('WEBHOOK_RETRY_SECONDS'));
  set('webhookAllowPrivate', read.list('WEBHOOK_ALLOW_PRIVATE'));
  set('dropInErrorStatus', read.integer('DROP_IN_ERROR_STATUS'));
  set('throttleLimit', read.integer('THROTTLE_LIMIT'));
  set('throttleWindowSeconds', read.integer('THROTTLE_WINDOW_SECONDS'));
  set('trustProxyHops', read.integer('TRUST_PROXY_HOPS'));
  set('connectionsPerAddress', read.integer('CONNECTIONS_PER_ADDRESS'));
  set('connectionsMax', read.integer('CONNECTIONS_MAX'));
  set('roles', read.list('ROLES'));
  config.apiKeyPepper = new Secret(read.required('API_KEY_PEPPER', { isAnyText: true }));
  set('allowHttpHosts', read.hosts('ALLOW_HTTP_HOSTS'));
  set('seamlessScriptUrl', read.url('SEAMLESS_SCRIPT_URL', { mayHaveQuery: true }));
  set('simulatorPort', read.integer('SIMULATOR_PORT'));
  set('logLevel', read.text('LOG_LEVEL'));
  set('logClientAddress', read.text('LOG_CLIENT_ADDRESS'));
  set('shutdownTimeoutMs', read.integer('SHUTDOWN_TIMEOUT_MS'));
  const placeOf = placeOfSite(read);
  // What could not be read at all needs no second line.
  const faults = [...read.faults, ...judge(config, placeOf).filter((fault) => !read.hasTold(fault))];
  if (faults.length > 0) throw new ConfigFaults([...new Set(faults)]);
  return config;
}

function judge(config: Config, placeOf: PlaceOfSite): string[] {
  const errors = validateSync(config, { forbidUnknownValues: false });
  const faults = errors.flatMap((error) => describe(error, placeOf));
  const pepper = config.apiKeyPepper.reveal();
  if (pepper !== '' && pepper.length < MIN_PEPPER_LENGTH)
    faults.push(`API_KEY_PEPPER needs at least ${MIN_PEPPER_LENGTH} characters`);
  for (const [name, url] of [
    ['PUBLIC_URL', config.publicUrl],
    ['CINETPAY_BASE_URL', config.cinetpayBaseUrl],
    ['SEAMLESS_SCRIPT_URL', config.seamlessScriptUrl],
  ] as const) {
    if (url && !mayBePlain(url, config.allowHttpHosts))
      faults.push(`${name} must be https (plain http only to loopback or to a host in ALLOW_HTTP_HOSTS)`);
  }
  faults.push(...databaseUrlFaults(config.databaseUrl.reveal()));
  if (!config.webhookAllowPrivate.every((entry) => isRange(entry) || isHostName(entry)))
    faults.push('WEBHOOK_ALLOW_PRIVATE must be CIDRs, addresses and host names, separated by commas');
  // The API's paths are added to it; addresses that already hold them are a frequent slip.
  if (/\/v2(\/|$)/.test(new URL(config.cinetpayBaseUrl).pathname))
    faults.push('CINETPAY_BASE_URL must be the address without /v2/payment');
  if (!isIncreasing(config.checkScheduleSeconds))
    faults.push('CHECK_SCHEDULE_SECONDS must grow from entry to entry: all of them count from the link on');
  return [...faults, ...judgeSites(config.sites, placeOf)];
}

function databaseUrlFaults(url: string): string[] {
  try {
    if (url !== '') readDatabaseUrl(url);
    return [];
  } catch (error) {
    if (!(error instanceof AddressFault)) throw error;
    return [`DATABASE_URL ${error.message}`];
  }
}

function isIncreasing(seconds: readonly number[]): boolean {
  return seconds.every((one, index) => index === 0 || one > seconds[index - 1]!);
}

function describe(error: ValidationError, placeOf: PlaceOfSite): string[] {
  const sites = (error.children ?? []).flatMap(({ property: index, children = [] }) =>
    children.flatMap(({ property, constraints }) =>
      messages(property, constraints).map((message) => `${placeOf(Number(index), property)}: ${message}`),
    ),
  );
  const own = messages(error.property, error.constraints);
  return [...own.map((message) => `${variableName(error.property)}: ${message}`), ...sites];
}

// The message begins with our property's name, which an operator has never seen.
function messages(property: string, constraints: Record<string, string> = {}): string[] {
  return Object.values(constraints).map((message) => message.replace(property, 'it'));
}

/** `throttleLimit` → `THROTTLE_LIMIT`. */
export function variableName(property: string): string {
  if (property === 'sites')
    return 'CINETPAY_SITES_FILE (or CINETPAY_APIKEY, CINETPAY_SITE_ID, CINETPAY_SECRET_KEY, CINETPAY_CURRENCY)';
  return property.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

/** Hosts of URLs that are this machine. */
export const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

function mayBePlain(url: string, allowed: string[]): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || LOOPBACK.test(hostname) || allowed.includes(hostname);
}
