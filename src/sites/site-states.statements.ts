import type { Statement } from '../database/sql';
import type { PauseCause } from './site-state';

/** A site that is paused now. */
export interface PausedRow {
  site_id: string;
  pause_cause: PauseCause;
  pause_reason: string | null;
  paused_since: Date | null;
  until: Date | null;
}

/** Those of the sites $1 that are paused. A pause whose time is over lets one probe through, and holds again while that is under way. */
export const READ_PAUSED: Statement = {
  name: 'site_states_paused',
  text: `SELECT site_id, pause_cause, pause_reason, paused_since, CASE WHEN pause_cause = 'operator' THEN NULL
      WHEN paused_until > clock_timestamp() THEN paused_until ELSE probe_until END AS until
    FROM site_states WHERE site_id = ANY($1) AND pause_cause IS NOT NULL
      AND (coalesce(paused_until, 'infinity') > clock_timestamp() OR probe_until > clock_timestamp())`,
};

/** An operator's pause has no end; it takes the place of any other. $2 the reason. */
export const PAUSE_BY_HAND: Statement = {
  name: 'site_states_pause',
  text: `INSERT INTO site_states AS s (site_id, pause_cause, pause_reason, paused_since, pause_number)
    VALUES ($1, 'operator', $2, clock_timestamp(), 1)
    ON CONFLICT (site_id) DO UPDATE SET pause_cause = 'operator', pause_reason = excluded.pause_reason, paused_until = NULL,
      paused_since = CASE WHEN s.pause_cause IS NULL THEN clock_timestamp() ELSE s.paused_since END,
      pause_number = s.pause_number + 1, probe_until = NULL, updated_at = clock_timestamp()`,
};

/** Ends any pause. The rate recovers slowly, as after a probe; what was held against the site is forgotten. */
export const RESUME: Statement = {
  name: 'site_states_resume',
  text: `UPDATE site_states SET pause_cause = NULL, pause_reason = NULL, paused_since = NULL, paused_until = NULL, probe_until = NULL,
      pause_number = pause_number + 1, pause_count = 0, refused_transactions = '{}', recovering_since = clock_timestamp(),
      updated_at = clock_timestamp()
    WHERE site_id = $1 AND pause_cause IS NOT NULL`,
};
