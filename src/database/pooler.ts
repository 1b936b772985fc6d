import type { Client } from 'pg';

/** Rounds of looking (our choice: on a busy pooler one alone may find the same session by chance). */
const ROUNDS = 5;

/**
 * Whether a pooler in between hands our session to other clients between two transactions. Then SET, LISTEN, advisory locks and prepared statements are
 * lost or met by others.
 * @param pid what Postgres says of the connection; a pooler tells the client another one
 * @param second opens another connection
 */
export async function isShared(client: Client, pid: number, second: () => Promise<Client>): Promise<boolean> {
  if ((client as unknown as { processID: number }).processID === pid) return false;
  const other = await second();
  try {
    for (let round = 0; round < ROUNDS; round++) if (await isSharedNow(client, other, pid)) return true;
    return false;
  } finally {
    await other.end();
  }
}

// Two that are connected at the same time never share a session of their own, and neither ever changes it. While the other one holds its session inside
// a transaction, ours has to be given another if they are shared.
async function isSharedNow(client: Client, other: Client, pid: number): Promise<boolean> {
  const seen = [await pidOf(client), await pidOf(client)];
  // Where even a transaction has no session of its own (pool_mode = statement), it is refused.
  const isRefused = await other.query('BEGIN').then(
    () => false,
    () => true,
  );
  if (isRefused) return true;
  const others = await pidOf(other);
  seen.push(await pidOf(client));
  await other.query('COMMIT');
  return others === pid || seen.some((one) => one !== pid);
}

async function pidOf(client: Client): Promise<number> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return rows[0]!.pid;
}
