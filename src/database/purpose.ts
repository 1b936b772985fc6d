import type { Runner } from './sql';

export type Purpose = 'production' | 'sandbox' | 'test';

/** Marks a new database as ours. @returns what it was marked as first: a sandbox's data must never meet real money */
export async function claimPurpose(sql: Runner, purpose: Purpose): Promise<Purpose> {
  await sql.rows(
    { name: 'purpose_claim', text: 'INSERT INTO deployment (purpose) VALUES ($1) ON CONFLICT DO NOTHING' },
    [purpose],
  );
  return (await purposeOf(sql))!;
}

/** What this database was marked as; undefined before its first start. */
export async function purposeOf(sql: Runner): Promise<Purpose | undefined> {
  const read = { name: 'purpose_read', text: 'SELECT purpose FROM deployment' };
  const [row] = await sql.rows<{ purpose: Purpose }>(read, []);
  return row?.purpose;
}
