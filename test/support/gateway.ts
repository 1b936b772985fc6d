import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Client } from 'pg';
import { startSimulator, type RunningSimulator } from '../../simulator/simulator';
import { DEMO_SITES } from '../../simulator/state/settings';
import { createApp } from '../../src/app.setup';
import { ApiKeys } from '../../src/auth/api-keys.service';
import type { Scope } from '../../src/auth/caller';
import { pause } from '../../src/common/clock';
import { configureLogger } from '../../src/common/logger';
import type { Config } from '../../src/config/config';
import { loadConfig } from '../../src/config/environment';
import { connect, createTestDatabase, type TestDatabase } from './database';
import { sitesFile } from './sites-file';

/** A whole gateway on a port of its own, with a database and a simulator of its own. */
export interface TestGateway {
  /** Without a slash at its end. */
  url: string;
  /** Of the caller `shop`, scope `payments`. */
  apiKey: string;
  createKey(caller: string, scopes?: Scope[]): Promise<string>;
  simulator: RunningSimulator;
  config: Config;
  app: NestFastifyApplication;
  /** A connection of the test's own. */
  db: Client;
  database: TestDatabase;
  /** A request with the key of `shop`; a body that is no text is sent as JSON. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  close(): Promise<void>;
}

export interface TestGatewayOptions {
  /** Laid over what every test gateway has. */
  env?: Record<string, string>;
  /** Somebody else's, who drops it: for several replicas and for restarts. */
  database?: TestDatabase;
  simulator?: RunningSimulator;
  /** Is handed each line of the log, from level info on; other tests read none. */
  log?: (line: Record<string, any>) => void;
  /** Before it listens. */
  prepare?(app: NestFastifyApplication): void;
}

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  body: any;
}

/** Starts it as `npm start` would, minus the program around it. */
export async function startTestGateway(options: TestGatewayOptions = {}): Promise<TestGateway> {
  const { log } = options;
  if (log) configureLogger('info', { write: (line) => log(JSON.parse(line) as Record<string, any>) });
  else configureLogger(options.env?.LOG_LEVEL ?? 'silent');
  const database = options.database ?? (await createTestDatabase());
  const simulator = options.simulator ?? (await startSimulator({ port: 0 }));
  const sites = sitesFile(DEMO_SITES.map((site) => ({ ...site, default: true, seamless: true })));
  const config = loadConfig(
    {
      PORT: '0',
      PUBLIC_URL: 'http://127.0.0.1:1',
      DATABASE_URL: database.url,
      CINETPAY_BASE_URL: simulator.url,
      CINETPAY_SITES_FILE: sites,
      CINETPAY_RATE_PER_SECOND: '1000',
      CINETPAY_TIMEOUT_MS: '2000',
      SEAMLESS_SCRIPT_URL: `${simulator.url}/seamless/main.js`,
      WEBHOOK_ALLOW_PRIVATE: '127.0.0.0/8,::1/128,localhost',
      THROTTLE_LIMIT: '1000000',
      API_KEY_PEPPER: 'a pepper for tests only',
      LOG_LEVEL: 'silent',
      ...options.env,
    },
    'test',
  );
  const app = await createApp(config);
  options.prepare?.(app);
  await app.listen(config.port, config.host);
  const url = `http://127.0.0.1:${(app.getHttpServer().address() as { port: number }).port}`;
  // The port is known only now; what asks for the address later finds the true one.
  if (options.env?.PUBLIC_URL === undefined) config.publicUrl = url;
  const db = await connect(database.url);
  const createKey = async (caller: string, scopes?: Scope[]): Promise<string> =>
    (await app.get(ApiKeys).create(caller, scopes)).key;
  const apiKey = await createKey('shop');
  const close = async (): Promise<void> => {
    await db.end();
    await app.close();
    if (!options.simulator) await simulator.close();
    if (!options.database) await database.drop();
  };
  const call: TestGateway['call'] = (method, path, body, headers = {}) =>
    request(method, url + path, body, { authorization: `Bearer ${apiKey}`, ...headers });
  return { url, apiKey, createKey, simulator, config, app, db, database, call, close };
}

/** One request over real HTTP. A body that is no text is sent as JSON. */
export async function request(
  method: string,
  url: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const plain = body === undefined || typeof body === 'string';
  const response = await fetch(url, {
    method,
    redirect: 'manual',
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    body: plain ? body : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: parsed(text) };
}

function parsed(text: string): any {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Waits until `look` neither throws nor returns false, and hands on what it returned. */
export async function eventually<T>(look: () => Promise<T> | T, timeoutMs = 15_000): Promise<Exclude<T, false>> {
  const until = Date.now() + timeoutMs;
  for (;;) {
    try {
      const seen = await look();
      if (seen !== false) return seen as Exclude<T, false>;
      if (Date.now() > until) throw new Error('it never became true');
    } catch (error) {
      if (Date.now() > until) throw error;
    }
    await pause(20);
  }
}

/** The smallest order that breaks no rule. Amounts of 19.. choose a behaviour of the simulator. */
export function order(overrides: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    amount: 2500,
    currency: 'XOF',
    description: 'Order 1234',
    return_url: 'https://shop.example/thanks',
    ...overrides,
  };
}
