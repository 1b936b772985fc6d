import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '../../src/database/embedded-postgres';
import { startRelay } from './relay';

/** A durable Postgres that can be killed. Its address stays the same. */
export interface Storage {
  databaseUrl: string;
  /** `kill -9` of the postmaster; resolves when it answers again. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

export async function startStorage(dataDir: string): Promise<Storage> {
  let server = await startEmbeddedPostgres({ dataDir, durable: true });
  const relay = await startRelay(portOf(server.databaseUrl));
  const url = new URL(server.databaseUrl);
  url.host = `127.0.0.1:${relay.port}`;
  return {
    databaseUrl: url.href,
    async kill() {
      const pid = Number(readFileSync(join(server.where.cluster, 'postmaster.pid'), 'utf8').split('\n')[0]);
      process.kill(pid, 'SIGKILL');
      server = await startEmbeddedPostgres({ dataDir, durable: true });
      relay.target = portOf(server.databaseUrl);
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
