import type { Sql, Statement } from './sql';
import { missingGrants } from './tables';
import { DatabaseUnfit } from './unfit';

// Twelve pages of 8 KB, so that the table has to grow; what a rolled-back row took is free only after a vacuum.
const FILL: Statement = {
  name: 'write_probe_fill',
  text: `INSERT INTO write_probes SELECT repeat(md5(n::text), 60) FROM generate_series(1, 48) AS n`,
};

class RolledBack extends Error {}

/** Shows that Postgres has room for rows and that our user may write them; leaves nothing behind. @throws what Postgres refuses it with */
export async function proveWrites(sql: Sql): Promise<void> {
  const missing = await missingGrants(sql);
  if (missing.length > 0) throw new DatabaseUnfit([`its user lacks rights on ${missing.join(', ')}`]);
  await sql
    .transaction(async (runner) => {
      await runner.rows(FILL, []);
      throw new RolledBack();
    })
    .catch((error: unknown) => {
      if (!(error instanceof RolledBack)) throw error;
    });
}
