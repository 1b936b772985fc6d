import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Client, type QueryResultRow } from 'pg';
import { parentOf, postgresCpuSeconds } from './proc';

/** The Postgres of a run: durable, as in production. */
export interface Postgres {
  /** What the server itself says of its durability. */
  fsync: string;
  synchronousCommit: string;
  version: string;
  /** Seconds of CPU that all its processes have used so far. */
  cpuSeconds(): number;
  /** Makes a database. @returns its address */
  create(name: string): Promise<string>;
  /**
   * Brings all databases into the state of every day: counted and cleaned (autovacuum would do it within a minute), and with nothing left to write out
   * that the next measurement would pay for.
   */
  settle(): Promise<void>;
  stop(): Promise<void>;
}

interface Asked {
  fsync: string;
  synchronous_commit: string;
  server_version: string;
  pid: number;
}

/** Starts the embedded Postgres in a folder, as a program: the bench imports nothing of src. */
export async function startPostgres(root: string, folder: string): Promise<Postgres> {
  const program = join(root, 'dist', 'src', 'postgres.js');
  const child = spawn(process.execPath, [program, folder], { detached: true, stdio: ['pipe', 'pipe', 'inherit'] });
  const url = await addressFrom(child);
  const admin = new Client({ connectionString: url });
  await admin.connect();
  const { rows } = await admin.query<Asked>(
    `SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS synchronous_commit,
      current_setting('server_version') AS server_version, pg_backend_pid() AS pid`,
  );
  const { fsync, synchronous_commit: synchronousCommit, server_version: version, pid } = rows[0]!;
  const postmaster = parentOf(pid);
  const made: string[] = [];
  return {
    ...{ fsync, synchronousCommit, version },
    cpuSeconds: () => postgresCpuSeconds(postmaster),
    async create(name) {
      await admin.query(`CREATE DATABASE ${name}`);
      const address = Object.assign(new URL(url), { pathname: `/${name}` }).href;
      made.push(address);
      return address;
    },
    async settle() {
      for (const one of made) await query(one, 'VACUUM (ANALYZE)');
      await admin.query('CHECKPOINT');
    },
    async stop() {
      await admin.end();
      const stopped = once(child, 'exit');
      child.stdin.end();
      await stopped;
    },
  };
}

async function addressFrom(child: ChildProcess): Promise<string> {
  const lines = createInterface({ input: child.stdout! });
  const failed = once(child, 'exit').then(([code]) => Promise.reject(new Error(`Postgres did not start (${code})`)));
  const [line] = (await Promise.race([once(lines, 'line'), failed])) as [string];
  return (JSON.parse(line) as { database_url: string }).database_url;
}

/** Runs one statement on a connection of its own. */
export async function query<Row extends QueryResultRow>(
  url: string,
  text: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(text, values)).rows;
  } finally {
    await client.end();
  }
}
