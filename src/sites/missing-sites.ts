import type { SiteConfig } from '../config/config';
import type { Runner } from '../database/sql';

// The partial indexes hold only rows with something due, and those that wait for a person; these have nothing due until he decides.
const NEEDED = {
  name: 'sites_needed',
  text: `SELECT DISTINCT site_id FROM (
      SELECT site_id FROM transactions WHERE next_check_at IS NOT NULL
      UNION ALL SELECT site_id FROM transactions WHERE next_initiation_at IS NOT NULL
      UNION ALL SELECT site_id FROM transactions WHERE needs_review AND status IN ('created', 'pending')
    ) AS needing ORDER BY site_id`,
};

/** The sites that rows are unresolved at, or still have to ask about (after a refusal too), and that the configuration lacks. */
export async function missingSites(sql: Runner, sites: readonly SiteConfig[]): Promise<string[]> {
  const configured = new Set(sites.map((site) => site.site_id));
  const rows = await sql.rows<{ site_id: string }>(NEEDED, []);
  return rows.map((row) => row.site_id).filter((id) => !configured.has(id));
}
