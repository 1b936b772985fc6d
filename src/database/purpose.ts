import type { Sql } from './sql';

export type Purpose = 'production' | 'sandbox' | 'test';

/** Marks a new database as ours. @returns what it was marked as first: a sandbox's data must never meet real money */
export async function claimPurpose(sql: Sql, purpose: Purpose): Promise<Purpose> {
  await sql.rows(
    { name: 'purpose_claim', text: 'INSERT INTO deployment (purpose) VALUES ($1) ON CONFLICT DO NOTHING' },
    [purpose],
  );
  const [row] = await sql.rows<{ purpose: Purpose }>(
    { name: 'purpose_read', text: 'SELECT purpose FROM deployment' },
    [],
  );
  return row!.purpose;
}
