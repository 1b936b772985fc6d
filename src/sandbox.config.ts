import { DEMO_SITES } from '../simulator/state/settings';
import type { Config } from './config/config';
import { loadConfig } from './config/environment';
import { asSite } from './config/sites';

const DEFAULT_PORT = 3000;
/** Our choice: a person who pressed Ctrl-C waits; Postgres still has to stop after it. What is cut off goes on after the next start. */
const SHUTDOWN_MS = '1500';
const LOOPBACK = '127.0.0.0/8,::1/128,localhost';

/** What is known only once the parts run. */
export interface Parts {
  databaseUrl: string;
  simulatorUrl: string;
  pepper: string;
}

/** To read a configuration before they run. */
export const STAND_INS: Parts = {
  databaseUrl: 'postgres://127.0.0.1:1/none',
  simulatorUrl: 'http://127.0.0.1:1',
  pepper: 'stands in for the kept one',
};

/**
 * The environment's configuration with a CinetPay of our own: a shop's real credentials in the environment are not read,
 * so they reach neither the simulator nor a page.
 * @throws ConfigFaults
 */
export function loadSandboxConfig(
  env: Record<string, string | undefined>,
  { databaseUrl, simulatorUrl, pepper }: Parts,
): Config {
  const set = Object.entries(env).filter(([name, value]) => value !== '' && !name.startsWith('CINETPAY_S'));
  const config = loadConfig(
    {
      // Of a port that is none only the port is to be told.
      PUBLIC_URL: `http://127.0.0.1:${/^\d+$/.test(env.PORT ?? '') ? env.PORT : DEFAULT_PORT}`,
      // Callers' receivers live on this machine.
      WEBHOOK_ALLOW_PRIVATE: LOOPBACK,
      SHUTDOWN_TIMEOUT_MS: SHUTDOWN_MS,
      ...Object.fromEntries(set),
      DATABASE_URL: databaseUrl,
      CINETPAY_BASE_URL: simulatorUrl,
      SEAMLESS_SCRIPT_URL: `${simulatorUrl}/seamless/main.js`,
      API_KEY_PEPPER: pepper,
      // Replaced below by the simulator's sites.
      ...{ CINETPAY_SITE_ID: '1', CINETPAY_APIKEY: 'none', CINETPAY_SECRET_KEY: 'none', CINETPAY_CURRENCY: 'XOF' },
    },
    'sandbox',
  );
  config.sites = DEMO_SITES.map((one) =>
    asSite({ ...one, name: `Demo ${one.currency}`, default: true, seamless: true }),
  );
  return config;
}
