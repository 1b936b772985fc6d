import { Client } from 'pg';

const USER = 'gateway';
const DATABASE = 'gateway';

/** What adoption has to know of a server that answers to our password. */
export interface Running {
  port: number;
  /** The cluster it serves. */
  folder: string;
  durable: boolean;
}

/** The superuser that `initdb` makes. */
export const EMBEDDED_USER = USER;

/** The address that the gateway connects to. */
export function embeddedUrl(port: number, password: string, database = DATABASE): string {
  return `postgres://${USER}:${password}@127.0.0.1:${port}/${database}`;
}

/** Who answers on this port, if it takes our password. */
export async function askServer(port: number, password: string): Promise<Running | undefined> {
  const sql = `SELECT current_setting('data_directory') AS folder, current_setting('fsync') AS fsync`;
  return withClient(port, password, (client) => client.query<{ folder: string; fsync: string }>(sql)).then(
    ({ rows: [row] }) => row && { port, folder: row.folder, durable: row.fsync === 'on' },
    () => undefined,
  );
}

/** Makes the gateway's database where there is none yet. */
export async function createDatabase(port: number, password: string): Promise<void> {
  await withClient(port, password, async (client) => {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
  });
}

async function withClient<T>(port: number, password: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({
    connectionString: embeddedUrl(port, password, 'postgres'),
    connectionTimeoutMillis: 3_000,
  });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
