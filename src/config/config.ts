import 'reflect-metadata';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Matches,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { CURRENCIES, type Currency } from '../common/money';
import { Secret } from '../common/secret';

/** One CinetPay service of the merchant: a `site_id` with its credentials and its one currency. */
export class SiteConfig {
  /** CinetPay's number of the service. */
  @Matches(/^\d{1,20}$/, { message: '$property must be 1 to 20 digits' })
  site_id!: string;
  /** Authenticates us to CinetPay; goes into request bodies. */
  apikey!: Secret;
  /** Signs CinetPay's notifications (x-token). An empty one never verifies. */
  secret_key!: Secret;
  /** Former secrets that still verify notifications during a rotation. */
  secret_keys_previous: Secret[] = [];
  /** A CinetPay account collects in one currency only (official page). */
  @IsIn(CURRENCIES)
  currency!: Currency;
  /** For people: pages and lists. */
  @IsString()
  name = '';
  /** Chosen when several sites take the order's currency: one per currency for each caller. */
  @IsBoolean()
  default = false;
  /** Smallest order this site takes, in whole currency units. */
  @IsInt()
  @Min(1)
  min_amount = 1;
  /** Largest order this site takes, in whole currency units. */
  @IsInt()
  @Max(999_999_999)
  max_amount = 999_999_999;
  /** Which callers may use it; absent means all, an empty list none. */
  @IsOptional()
  @IsArray()
  @IsString({ each: true })
  callers?: string[];
  /** Allows the Seamless integration, which publishes this site's apikey to browsers. */
  @IsBoolean()
  seamless = false;
}

/** A list of seconds, as the `*_SECONDS` variables write them; each at least 1. */
const Seconds =
  (longest: number): PropertyDecorator =>
  (target, key) => {
    const each = [IsInt({ each: true }), Min(1, { each: true }), Max(longest, { each: true })];
    for (const rule of [IsArray(), ArrayMinSize(1), ArrayMaxSize(50), ...each]) rule(target, key);
  };
const DAY = 86_400;
/** Our choice: nothing is due in more than a year, and sums of it stay far from what Postgres holds. */
const YEAR = 365 * DAY;
/** Our choice, for counts without a bound of their own: Postgres' integer holds it. */
const BILLION = 1_000_000_000;

/** CinetPay publishes none. 200 is for clients that read no body otherwise. */
export const ERROR_STATUSES = [200, 400] as const;
export type ErrorStatus = (typeof ERROR_STATUSES)[number];

/**
 * Everything that can be set, read once at start from the environment (config/environment.ts). The order here is the
 * order of `.env.example`; a test holds them together.
 */
export class Config {
  /** `sandbox` simulates CinetPay and says so; `production` never simulates anything. */
  @IsIn(['production', 'sandbox', 'test'])
  mode!: 'production' | 'sandbox' | 'test';
  /** `PORT`: where we listen; 0 lets the system choose. */
  @IsInt()
  @Min(0)
  @Max(65535)
  port = 3000;
  /** `HOST`: the address we listen on, or a name of it. */
  @IsString()
  host = '0.0.0.0';
  /** `PUBLIC_URL`: how CinetPay and browsers reach us, without a slash at its end; paths are added to it. */
  @IsString()
  publicUrl!: string;
  /** `DATABASE_URL`: any Postgres ≥ 14. */
  databaseUrl!: Secret;
  /** `DATABASE_POOL`: connections per process, at least 4: a worker keeps two, for LISTEN and for publishing. */
  @IsInt()
  @Min(4)
  @Max(200)
  databasePool = 16;
  /**
   * `DATABASE_WAIT_SECONDS`: how long a start waits for a database that is not there yet; 0 does not wait. Only `npm start` does, and only while the
   * address refuses, does not resolve, or says that it is starting up.
   */
  @IsInt()
  @Min(0)
  @Max(3_600)
  databaseWaitSeconds = 60;
  /** `DATA_DIR`: the sandbox's cluster and keys. */
  @IsString()
  dataDir = '.data';
  /** `CINETPAY_BASE_URL`: CinetPay, or the simulator. */
  @IsString()
  cinetpayBaseUrl = 'https://api-checkout.cinetpay.com';
  /**
   * One site: `CINETPAY_APIKEY`, `CINETPAY_SITE_ID`, `CINETPAY_SECRET_KEY`, `CINETPAY_SECRET_KEYS_PREVIOUS` (former secrets, separated by
   * commas), `CINETPAY_CURRENCY`. Several: `CINETPAY_SITES_FILE`, a JSON array of `SiteConfig`.
   */
  @ValidateNested({ each: true })
  @Type(() => SiteConfig)
  @ArrayMinSize(1, { message: 'no CinetPay site is configured' })
  sites: SiteConfig[] = [];
  /** `CINETPAY_RATE_PER_SECOND`: calls per second and site, over all replicas (our choice: CinetPay publishes no threshold). */
  @IsInt()
  @Min(1)
  @Max(1_000_000)
  cinetpayRatePerSecond = 10;
  /** `CINETPAY_TIMEOUT_MS`: total time of one call to CinetPay. */
  @IsInt()
  @Min(100)
  @Max(120_000)
  cinetpayTimeoutMs = 10_000;
  /** `INITIATION_RETRY_SECONDS`: delays between tries of a half-done initiation; the last repeats, 24 h in all. */
  @Seconds(DAY)
  initiationRetrySeconds = [2, 5, 15, 30, 60];
  /** `CHECK_SCHEDULE_SECONDS`: seconds after the link exists at which an unresolved payment is asked about; growing. */
  @Seconds(YEAR)
  checkScheduleSeconds = [60, 300, 900, 3600, 21600, 86400, 259200];
  /** `BACKLOG_LIMIT`: orders waiting for their initiation before new ones get 503. */
  @IsInt()
  @Min(1)
  @Max(BILLION)
  backlogLimit = 5000;
  /** `WEBHOOK_RETRY_SECONDS`: delays between attempts of a delivery, ±20 % jitter. */
  @Seconds(YEAR)
  webhookRetrySeconds = [5, 30, 120, 600, 1800, 7200, 18000, 36000, 50400, 72000, 86400];
  /** `WEBHOOK_ALLOW_PRIVATE`: CIDRs and hosts that webhooks may reach although they are private. */
  @IsArray()
  @IsString({ each: true })
  webhookAllowPrivate: string[] = [];
  /** `DROP_IN_ERROR_STATUS`: HTTP status of the drop-in API's errors that are no 404, 429 or 503; a key may carry its own. */
  @IsIn(ERROR_STATUSES)
  dropInErrorStatus: ErrorStatus = 400;
  /** `THROTTLE_LIMIT`: requests per API key and window, over all routes and replicas. */
  @IsInt()
  @Min(1)
  @Max(BILLION)
  throttleLimit = 600;
  /** `THROTTLE_WINDOW_SECONDS`: the window of `THROTTLE_LIMIT`. */
  @IsInt()
  @Min(1)
  @Max(86_400)
  throttleWindowSeconds = 60;
  /** `TRUST_PROXY_HOPS`: proxies in front of us whose `X-Forwarded-For` is believed. */
  @IsInt()
  @Min(0)
  @Max(10)
  trustProxyHops = 0;
  /** `CONNECTIONS_PER_ADDRESS`: open connections of one client address, at least 10 (a browser has six); off where `TRUST_PROXY_HOPS` is above 0. One more ends at once. */
  @IsInt()
  @Min(10)
  @Max(1_000_000)
  connectionsPerAddress = 1000;
  /** `CONNECTIONS_MAX`: open connections of this process. One more takes the place of the longest idle one, or ends at once. */
  @IsInt()
  @Min(10)
  @Max(1_000_000)
  connectionsMax = 5000;
  /** `ROLES`: `api` answers HTTP, `worker` reconciles and delivers. */
  @IsArray()
  @ArrayMinSize(1)
  @IsIn(['api', 'worker'], { each: true })
  roles: ('api' | 'worker')[] = ['api', 'worker'];
  /** `API_KEY_PEPPER`: keys and webhook secrets are derived with it; changing it revokes them all. At least 16 characters. */
  apiKeyPepper!: Secret;
  /** `ALLOW_HTTP_HOSTS`: hosts that may be plain http, with a warning; as a URL's `hostname` has them. */
  @IsArray()
  @IsString({ each: true })
  allowHttpHosts: string[] = [];
  /** `SEAMLESS_SCRIPT_URL`: the official script, or the simulator's. */
  @IsString()
  seamlessScriptUrl = 'https://cdn.cinetpay.com/seamless/main.js';
  /** `SIMULATOR_PORT`: the sandbox's simulator. */
  @IsInt()
  @Min(0)
  @Max(65535)
  simulatorPort = 3001;
  /** `LOG_LEVEL`: of pino. */
  @IsIn(['trace', 'debug', 'info', 'warn', 'error', 'silent'])
  logLevel = 'info';
  /** `LOG_CLIENT_ADDRESS`: what the log keeps of a client's address: all of it, or its network (/24 of IPv4, /56 of IPv6). */
  @IsIn(['full', 'network'])
  logClientAddress: 'full' | 'network' = 'full';
  /** `SHUTDOWN_TIMEOUT_MS`: how long work in flight may take when we are asked to stop. */
  @IsInt()
  @Min(0)
  @Max(300_000)
  shutdownTimeoutMs = 15_000;
}

/** Shortest pepper we take. */
export const MIN_PEPPER_LENGTH = 16;
