import type { Client } from 'pg';
import { pause } from '../../src/common/clock';
import { putFaults } from './kills';
import type { World } from './world';

const POLL_MS = 50;
const PATIENCE_MS = 180_000;

/** What has to come to rest, in this order, and for how long it may take (invariant 13 gives initiations 2 minutes). */
const RESTLESS: [what: string, open: string, patienceMs: number][] = [
  ['half-done initiations', `transactions WHERE status = 'created' AND NOT needs_review`, 120_000],
  ['due checks', 'transactions WHERE next_check_at <= now()', PATIENCE_MS],
  ['unpublished events', 'events WHERE position IS NULL', PATIENCE_MS],
  ['pending deliveries', `webhook_deliveries WHERE status = 'pending'`, PATIENCE_MS],
];

/** The faults stop. Time is moved forward in the rows, so that late checks and expiry need not be waited for. */
export async function comeToRest(world: World, db: Client, progress: (line: string) => void): Promise<void> {
  await putFaults(world, { rules: [] });
  world.receiver.failures = 0;
  await Promise.all(world.replicas.map((replica) => replica.ready()));
  const [initiations, ...others] = RESTLESS;
  await rested(db, initiations!, progress);
  await db.query(
    `UPDATE transactions SET checks_from = checks_from - interval '60 days', next_check_at = now() WHERE next_check_at IS NOT NULL`,
  );
  for (const one of others) await rested(db, one, progress);
}

async function rested(
  db: Client,
  [what, open, patienceMs]: (typeof RESTLESS)[number],
  progress: (line: string) => void,
): Promise<void> {
  const began = Date.now();
  for (;;) {
    const { rows } = await db.query<{ open: number }>(`SELECT count(*)::int AS open FROM ${open}`);
    const left = rows[0]!.open;
    if (left === 0) return progress(`${what} at rest after ${Date.now() - began} ms`);
    // The judges name what did not come to rest.
    if (Date.now() - began > patienceMs) return progress(`${left} ${what} did not come to rest`);
    await pause(POLL_MS);
  }
}
