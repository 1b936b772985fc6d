import type { SiteConfig } from '../config/config';
import type { Sql } from '../database/sql';

// The partial indexes hold only rows with something due.
const NEEDED = {
  name: 'sites_needed',
  text: `SELECT DISTINCT site_id FROM (
      SELECT site_id FROM transactions WHERE next_check_at IS NOT NULL
      UNION ALL SELECT site_id FROM transactions WHERE next_initiation_at IS NOT NULL
    ) AS due ORDER BY site_id`,
};

/** The sites that rows still have to ask about and the configuration lacks; late checks after a refusal count too. */
export async function missingSites(sql: Sql, sites: readonly SiteConfig[]): Promise<string[]> {
  const configured = new Set(sites.map((site) => site.site_id));
  const rows = await sql.rows<{ site_id: string }>(NEEDED, []);
  return rows.map((row) => row.site_id).filter((id) => !configured.has(id));
}
