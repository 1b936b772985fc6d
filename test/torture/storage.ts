import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '../../src/database/embedded-postgres';
import { startRelay } from './relay';

/** A durable Postgres that can be killed. Its address stays the same. */
export interface Storage {
  databaseUrl: string;
  /** Whether it was dead at any moment between these (`Date.now()`). */
  wasAway(from: number, until: number): boolean;
  /** `kill -9` of the postmaster; resolves when it answers again. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

export async function startStorage(dataDir: string): Promise<Storage> {
  let server = await startEmbeddedPostgres({ dataDir, durable: true });
  const relay = await startRelay(portOf(server.databaseUrl));
  const url = new URL(server.databaseUrl);
  url.host = `127.0.0.1:${relay.port}`;
  const outages: { from: number; until: number }[] = [];
  return {
    databaseUrl: url.href,
    wasAway: (from, until) => outages.some((outage) => outage.from <= until && from <= outage.until),
    async kill() {
      const outage = { from: Date.now(), until: Infinity };
      outages.push(outage);
      const pid = Number(readFileSync(join(server.where.cluster, 'postmaster.pid'), 'utf8').split('\n')[0]);
      process.kill(pid, 'SIGKILL');
      server = await startEmbeddedPostgres({ dataDir, durable: true });
      relay.target = portOf(server.databaseUrl);
      outage.until = Date.now();
    },
    async stop() {
      await relay.close();
      await server.stop();
    },
  };
}

function portOf(databaseUrl: string): number {
  return Number(new URL(databaseUrl).port);
}
