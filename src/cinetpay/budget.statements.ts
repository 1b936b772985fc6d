import type { Statement } from '../database/sql';
import { RECOVERY, TURN_AHEAD_MS } from './budget.pace';

/** Makes a site's row; it is never deleted. */
export const ENSURE_SITE: Statement = {
  name: 'budget_ensure_site',
  text: `INSERT INTO site_states (site_id) VALUES ($1) ON CONFLICT DO NOTHING`,
};

// $1 site, $2 seconds between slots, $3 lane, $4 milliseconds ahead. `timed` is apart from `locked`, because a select
// list may be computed before its row lock is granted, and slots are counted from a clock read under the lock.
const DECIDED = `
  locked AS MATERIALIZED (SELECT * FROM site_states WHERE site_id = $1 FOR UPDATE),
  timed AS MATERIALIZED (SELECT locked.*, clock_timestamp() AS now FROM locked),
  paced AS MATERIALIZED (
    SELECT timed.*, greatest(next_call_at, now) AS slot, $2::float8 / least(1, ${RECOVERY.firstShare} + ${1 - RECOVERY.firstShare}
      * coalesce(extract(epoch FROM now - recovering_since)::float8 / ${RECOVERY.seconds}, 1)) AS spacing
    FROM timed),
  decided AS MATERIALIZED (
    SELECT paced.*, CASE
      WHEN pause_cause IS NOT NULL AND coalesce(paused_until, 'infinity') > now THEN 'paused'
      WHEN pause_cause IS NOT NULL AND probe_until > now THEN 'probing'
      WHEN pause_cause IS NOT NULL THEN 'probe'
      WHEN slot - now <= $4 * interval '1 ms' THEN 'slot'
      WHEN $3 <> 'initiation' AND initiations_since_check >= 4 AND slot - now <= interval '${TURN_AHEAD_MS} ms'
        AND ($3 = 'woken' OR coalesce(woken_waiting_until, '-infinity') <= now) THEN 'turn'
      ELSE 'full' END AS verdict
    FROM paced)`;

const IN_MS = (until: string): string => `(extract(epoch FROM ${until} - now) * 1000)::float8`;

// What a process learns: when its first slot is, or when asking again makes sense.
const ANSWER = `verdict, pause_number, spacing * 1000 AS spacing_ms,
  refused_transactions <> '{}' AS troubled,
  CASE WHEN verdict = 'probe' THEN 0 ELSE ${IN_MS('slot')} END AS wait_ms,
  (extract(epoch FROM CASE WHEN verdict = 'probe' THEN now ELSE slot END) * 1000)::float8 AS slot_ms,
  CASE verdict WHEN 'paused' THEN coalesce(${IN_MS('paused_until')}, 5000)
    WHEN 'probing' THEN ${IN_MS('probe_until')}
    WHEN 'full' THEN greatest(${IN_MS('slot')} - $4, 0) ELSE 0 END AS retry_ms`;

/** What one booking came to. Numbers are milliseconds. */
export interface BookedRow {
  verdict: 'paused' | 'probing' | 'probe' | 'slot' | 'turn' | 'full';
  pause_number: number;
  spacing_ms: number;
  /** There are refused transactions on record, so a success has something to clear. */
  troubled: boolean;
  /** From now to the first slot. */
  wait_ms: number;
  /** The first slot on Postgres' clock. */
  slot_ms: number;
  retry_ms: number;
}

/**
 * Books slots: `greatest(next_call_at, clock)`, then one spacing on. $5 how many, $6 milliseconds that a probe may take.
 * A probe and a check's turn are always one. A refusal writes nothing, but that a woken check waits.
 */
export const BOOK: Statement = {
  name: 'budget_book',
  text: `WITH ${DECIDED},
  booked AS (
    UPDATE site_states s SET updated_at = d.now,
      next_call_at = CASE d.verdict WHEN 'full' THEN s.next_call_at
        WHEN 'probe' THEN d.now + make_interval(secs => d.spacing)
        WHEN 'turn' THEN d.slot + make_interval(secs => d.spacing)
        ELSE d.slot + make_interval(secs => d.spacing * $5::integer) END,
      probe_until = CASE d.verdict WHEN 'probe' THEN d.now + $6 * interval '1 ms' ELSE s.probe_until END,
      initiations_since_check = CASE WHEN d.verdict = 'full' THEN s.initiations_since_check
        WHEN $3 = 'initiation' THEN least(s.initiations_since_check + $5::integer, 20)
        ELSE greatest(s.initiations_since_check - 4, 0) END,
      woken_waiting_until = CASE WHEN $3 <> 'woken' THEN s.woken_waiting_until
        WHEN d.verdict = 'full' THEN d.now + interval '1 s' END
    FROM decided d
    WHERE s.site_id = d.site_id AND (d.verdict IN ('probe', 'slot', 'turn') OR d.verdict = 'full' AND $3 = 'woken'))
  SELECT ${ANSWER} FROM decided`,
};

/** How a site stands, without booking. */
export interface OutlookRow {
  /** `over` lets one probe through. */
  pause: 'on' | 'over' | null;
  /** To the next slot that nobody has. */
  ahead_ms: number;
  /** A check may queue behind all initiations. */
  turn: boolean;
}

export const LOOK: Statement = {
  name: 'budget_look',
  text: `WITH timed AS MATERIALIZED (SELECT site_states.*, clock_timestamp() AS now FROM site_states WHERE site_id = $1)
  SELECT CASE WHEN pause_cause IS NULL THEN NULL
      WHEN coalesce(paused_until, 'infinity') > now OR probe_until > now THEN 'on' ELSE 'over' END AS pause,
    ${IN_MS('greatest(next_call_at, now)')} AS ahead_ms,
    initiations_since_check >= 4 AS turn
  FROM timed`,
};

/** Whether a slot that was waited for still holds. $2 the number it was booked under, $3 the slot. */
export const CONFIRM: Statement = {
  name: 'budget_confirm',
  text: `SELECT pause_number = $2 AND pause_cause IS NULL AS holds,
    (extract(epoch FROM clock_timestamp()) * 1000)::float8 - $3::float8 AS late_ms
    FROM site_states WHERE site_id = $1`,
};

/** A site's troubles, as a verdict needs them. */
export const READ_TROUBLE: Statement = {
  name: 'budget_read_trouble',
  text: `SELECT pause_number, pause_cause, pause_count, refused_transactions FROM site_states WHERE site_id = $1 FOR UPDATE`,
};

/** $2 cause, $3 reason, $4 milliseconds. */
export const PAUSE: Statement = {
  name: 'budget_pause',
  text: `UPDATE site_states SET pause_cause = $2, pause_reason = $3,
    paused_since = CASE WHEN pause_cause IS NULL THEN clock_timestamp() ELSE paused_since END,
    paused_until = clock_timestamp() + $4 * interval '1 ms', pause_count = pause_count + 1,
    pause_number = pause_number + 1, probe_until = NULL, refused_transactions = '{}', updated_at = clock_timestamp()
    WHERE site_id = $1`,
};

/** A pause under way gets longer, never shorter. $2 milliseconds from now. */
export const EXTEND: Statement = {
  name: 'budget_extend',
  text: `UPDATE site_states SET paused_until = greatest(paused_until, clock_timestamp() + $2 * interval '1 ms'),
    updated_at = clock_timestamp() WHERE site_id = $1 AND paused_until IS NOT NULL`,
};

/** CinetPay answered: whatever was held against the site is over. After a pause the rate recovers slowly. */
export const CLEAR: Statement = {
  name: 'budget_clear',
  text: `UPDATE site_states SET refused_transactions = '{}', pause_count = 0, probe_until = NULL,
    pause_number = pause_number + CASE WHEN pause_cause IS NULL THEN 0 ELSE 1 END,
    recovering_since = CASE WHEN pause_cause IS NULL THEN recovering_since ELSE clock_timestamp() END,
    pause_cause = NULL, pause_reason = NULL, paused_since = NULL, paused_until = NULL, updated_at = clock_timestamp()
    WHERE site_id = $1`,
};

/** $2 all transactions that were refused since the last success. */
export const NOTE: Statement = {
  name: 'budget_note',
  text: `UPDATE site_states SET refused_transactions = $2, updated_at = clock_timestamp() WHERE site_id = $1`,
};
