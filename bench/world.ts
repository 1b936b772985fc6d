import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChild, type Child } from './child';
import type { FloorJob, FloorOutcome } from './floor/main';
import type { Job, Outcome, Target } from './load/job';
import { startPostgres, type Postgres } from './postgres';
import { prepareGateway, startGateway, startRival, type Ground, type Server } from './servers';
import type { StubReport, StubSettings } from './stub/main';

/** Everything around the variants: the database, CinetPay's stub, the load. */
export interface World {
  postgres: Postgres;
  stub: Child<StubSettings, StubReport>;
  load: Child<Job, Outcome>;
  say(line: string): void;
  /** A fresh database for the gateway, migrated, with a key. */
  gatewayGround(name: string): Promise<GatewayGround>;
  /** A fresh database. */
  ground(name: string): Promise<Ground>;
  startFloor(): Promise<Child<FloorJob, FloorOutcome>>;
  /** Starts a server that ends with the run at the latest. */
  gateway(ground: Ground, overrides?: Record<string, string>, command?: string[]): Promise<Server>;
  rival(variant: 'b' | 'd', ground: Ground): Promise<Server>;
  close(): Promise<void>;
}

export interface GatewayGround extends Ground {
  apiKey: string;
  /** Of another caller. */
  otherKey: string;
}

interface Started {
  stop(): Promise<void>;
  kill(): void;
}

export async function startWorld(root: string, say: (line: string) => void): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  // Started by root, Postgres runs as another user, who has to get in.
  chmodSync(folder, 0o755);
  const started: Started[] = [];
  const begun = <T extends Started>(one: T): T => (started.push(one), one);
  // Should the bench itself break, nothing stays behind; its Postgres sees to that itself.
  process.once('exit', () => started.forEach((one) => one.kill()));
  const postgres = await startPostgres(root, join(folder, 'data'));
  const stub = begun(startChild<StubSettings, StubReport>('stub/main'));
  const load = begun(startChild<Job, Outcome>('load/main'));
  const { port } = await stub.ask({});
  const ground = async (name: string): Promise<Ground> => {
    const databaseUrl = await postgres.create(name);
    return { root, folder, databaseUrl, cinetpayUrl: `http://127.0.0.1:${port}` };
  };
  return {
    ...{ postgres, stub, load, say, ground },
    async gatewayGround(name) {
      const fresh = await ground(name);
      return { ...fresh, ...(await prepareGateway(fresh)) };
    },
    async startFloor() {
      return begun(startChild<FloorJob, FloorOutcome>('floor/main', { DATABASE_URL: await postgres.create('floor') }));
    },
    gateway: async (place, overrides, command) => begun(await startGateway(place, overrides, command)),
    rival: async (variant, place) => begun(await startRival(variant, place)),
    async close() {
      await Promise.all(started.map((one) => one.stop()));
      await postgres.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** How the load generator finds a server. */
export function targetOf(server: Server, apiKey = ''): Target {
  return { name: server.name, port: server.port, apiKey };
}
