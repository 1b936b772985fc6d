import type { Config } from './config';
import { LOOPBACK } from './environment';
import type { Environment } from './reader';

/** What works, and what an operator should know all the same: told at start and by `check-config`. */
interface Warning {
  line: string;
  applies: (config: Config, env: Environment) => boolean;
}

const PROXY_VARIABLES = ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY'].flatMap((name) => [name, name.toLowerCase()]);

export const WARNINGS: readonly Warning[] = [
  {
    line: 'PUBLIC_URL names localhost: CinetPay refuses orders that return there',
    applies: ({ publicUrl }) => namesLocalhost(publicUrl),
  },
  {
    line: 'PUBLIC_URL is plain http: what customers and CinetPay send can be read on the way',
    applies: ({ publicUrl }) => isPlainAndFar(publicUrl),
  },
  {
    line: 'CINETPAY_BASE_URL is plain http: our credentials can be read on the way',
    applies: ({ cinetpayBaseUrl }) => isPlainAndFar(cinetpayBaseUrl),
  },
  {
    line: 'SEAMLESS_SCRIPT_URL is plain http: the script can be changed on the way',
    applies: ({ seamlessScriptUrl }) => isPlainAndFar(seamlessScriptUrl),
  },
  {
    line: 'HTTPS_PROXY, HTTP_PROXY or ALL_PROXY is set and not used: CinetPay and webhooks are called directly',
    applies: (_, env) => PROXY_VARIABLES.some((name) => (env[name] ?? '') !== ''),
  },
];

export function warningsOf(config: Config, env: Environment = process.env): string[] {
  return WARNINGS.filter(({ applies }) => applies(config, env)).map(({ line }) => line);
}

function isPlainAndFar(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol !== 'https:' && !LOOPBACK.test(hostname);
}

/** Whether a URL names this machine as `localhost`: CinetPay refuses such return and notify addresses (docs/cinetpay.md). */
export function namesLocalhost(url: string): boolean {
  return /(^|\.)localhost$/.test(new URL(url).hostname);
}
