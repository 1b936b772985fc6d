import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startSimulator, type RunningSimulator } from '../../simulator/simulator';
import { DEMO_SITES } from '../../simulator/state/settings';
import { CanaryWatch, canaryCustomer, type CanaryCustomer } from './canaries';
import { startReceiver, STRANGERS_PATH, type Receiver } from './receiver';
import { Replica } from './replica';
import { startStorage, type Storage } from './storage';

/** Calls a second that CinetPay may get; low enough that the budget has work to do. */
export const RATE_PER_SECOND = 40;
const PEPPER = 'torture-pepper-canary-0123456789';

/** Everything a run needs: judges that stay (simulator, receiver) and victims that are killed (replicas, Postgres). */
export interface World {
  storage: Storage;
  simulator: RunningSimulator;
  receiver: Receiver;
  replicas: Replica[];
  apiKey: string;
  /** Of a caller that orders nothing and must see nothing. */
  strangersKey: string;
  /** Of a person who looks after the sites. */
  operatorsKey: string;
  /** Orders everything. */
  customer: CanaryCustomer;
  /** Knows every secret of the run, and its customer. */
  watch: CanaryWatch;
  /** Holds the database and the gateways' log. */
  folder: string;
  logFile: string;
  /** @param keep whether somebody will want to look into the folder */
  close(keep: boolean): Promise<void>;
}

export async function startWorld(random: () => number, program?: string): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'torture-'));
  // Started by root, Postgres runs as another user, who has to get in.
  chmodSync(folder, 0o755);
  const logFile = join(folder, 'gateway.log');
  writeFileSync(logFile, '');
  const [storage, simulator, receiver] = await Promise.all([
    startStorage(join(folder, 'postgres')),
    startSimulator({ port: 0, settings: { magic_amounts: false } }),
    startReceiver(random),
  ]);
  const ports = [await freePort(), await freePort()];
  const env = environment(folder, storage, simulator, ports[0]!);
  const replicas = ports.map((port) => new Replica(port, env, logFile, program));
  await Promise.all(replicas.map((replica) => replica.start()));
  const [apiKey, strangersKey, operatorsKey] = await Promise.all([
    createKey(env, 'shop'),
    createKey(env, 'rival'),
    createKey(env, 'operator', 'admin'),
  ]);
  receiver.secret = await register(replicas[0]!, apiKey, receiver.url);
  const strangersHook = new URL(STRANGERS_PATH, receiver.url).href;
  const strangersSecret = await register(replicas[0]!, strangersKey, strangersHook);
  const customer = canaryCustomer();
  const { apikey, secret_key: siteSecret } = DEMO_SITES[0]!;
  const { first_name, last_name, phone_number, email, address } = customer;
  const watch = new CanaryWatch({
    ...{ apikey, siteSecret, pepper: PEPPER, apiKey, strangersKey, operatorsKey },
    ...{ webhookSecret: receiver.secret, strangersSecret, first_name, last_name, phone_number, email, address },
  });
  return {
    ...{ storage, simulator, receiver, replicas, folder, logFile, customer, watch },
    ...{ apiKey, strangersKey, operatorsKey },
    async close(keep) {
      // They are judged already.
      await Promise.all(replicas.map((replica) => replica.stop('SIGKILL')));
      await Promise.all([simulator.close(), receiver.close()]);
      await storage.stop();
      if (!keep) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function environment(
  folder: string,
  storage: Storage,
  simulator: RunningSimulator,
  publicPort: number,
): Record<string, string> {
  const site = DEMO_SITES[0]!;
  const file = join(folder, 'sites.json');
  writeFileSync(
    file,
    JSON.stringify([
      {
        site_id: site.site_id,
        apikey: site.apikey,
        secret_key: site.secret_key,
        currency: site.currency,
        default: true,
      },
    ]),
  );
  return {
    HOST: '127.0.0.1',
    PUBLIC_URL: `http://127.0.0.1:${publicPort}`,
    DATABASE_URL: storage.databaseUrl,
    API_KEY_PEPPER: PEPPER,
    CINETPAY_BASE_URL: simulator.url,
    CINETPAY_SITES_FILE: file,
    CINETPAY_RATE_PER_SECOND: String(RATE_PER_SECOND),
    CINETPAY_TIMEOUT_MS: '3000',
    INITIATION_RETRY_SECONDS: '1,1,2,3',
    CHECK_SCHEDULE_SECONDS: '4,8,15,30,60,120,600',
    WEBHOOK_RETRY_SECONDS: '1,1,1,2,2,3,3,5,5,10,10,10,10,20,20,20',
    WEBHOOK_ALLOW_PRIVATE: '127.0.0.1/32',
    THROTTLE_LIMIT: '1000000',
    LOG_LEVEL: 'info',
  };
}

async function cli(env: Record<string, string>, args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, ['dist/src/cli.js', ...args], {
    env: { PATH: process.env.PATH, ...env },
  });
  return stdout;
}

async function createKey(env: Record<string, string>, caller: string, scopes = 'payments'): Promise<string> {
  const key = (await cli(env, ['keys', 'create', caller, '--scopes', scopes])).match(/cpk_[A-Za-z0-9_-]+/)?.[0];
  if (key === undefined) throw new Error('keys create printed no key');
  return key;
}

async function register(replica: Replica, apiKey: string, url: string): Promise<string> {
  const response = await fetch(`${replica.url}/v1/webhook-endpoints`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ url }),
  });
  const { secret } = (await response.json()) as { secret?: string };
  if (response.status !== 201 || secret === undefined)
    throw new Error(`the webhook endpoint was not created: ${response.status}`);
  return secret;
}

/** A port nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
