import { manyGiven, oneGiven, type GivenColumns } from '../database/given';
import type { Statement } from '../database/sql';
import { SPACING } from './transaction.statements';

/** An answer of CinetPay as it is kept; all NULL where there is none. */
const ANSWER = {
  operation: 'text',
  outcome: 'text',
  asked_at: 'timestamptz',
  duration_ms: 'integer',
  http_status: 'integer',
  code: 'text',
  message: 'text',
  description: 'text',
  api_response_id: 'text',
  data: 'jsonb',
} as const;
export type AnswerColumn = keyof typeof ANSWER;

/** What a decision may change of a row. */
const DECIDED = {
  status: 'text',
  status_reason: 'text',
  needs_review: 'boolean',
  closed: 'boolean',
  payment_url: 'text',
  payment_token: 'text',
  payment_method: 'text',
  operator_id: 'text',
  fund_availability_date: 'text',
  accepted_at: 'timestamptz',
  initiation: 'text',
  maybe_sent: 'boolean',
  initiation_attempts: 'integer',
  next_initiation_at: 'timestamptz',
  checks_from: 'timestamptz',
  failed_checks: 'integer',
} as const;

const GIVEN = {
  transaction_id: 'text',
  // The revision that the decision was computed from, and the claim's lease; NULL needs none.
  revision: 'integer',
  lease: 'integer',
  ...DECIDED,
  decided_check_at: 'timestamptz',
  // The wakes that a check saw: it answers them, and no others.
  is_check: 'boolean',
  seen_wake: 'integer',
  now: 'timestamptz',
  ...ANSWER,
  // NULL: no move.
  from_status: 'text',
  cause: 'text',
  review: 'jsonb',
  event_ids: 'text[]',
  event_types: 'text[]',
  event_data: 'text',
} as const;
export type SettledColumn = keyof typeof GIVEN;
/** What a settlement is given. */
export const SETTLED: GivenColumns<SettledColumn> = GIVEN;

const GUARD = `t.transaction_id = g.transaction_id AND t.revision = g.revision AND (g.lease IS NULL OR t.lease_number = g.lease)`;

// Rows are locked first, so that one which somebody holds is left out instead of waited for; then they are found by where they lie. In a table with
// partitions that is a place in each of them, so the id is looked at as well, but not with `=`, by which Postgres might join and read the table.
const HELD = `held AS MATERIALIZED (SELECT g.*, t.spot FROM given g CROSS JOIN LATERAL (
      SELECT ctid AS spot FROM transactions t WHERE ${GUARD} FOR NO KEY UPDATE SKIP LOCKED) t),`;

// The check was claimed after the last wake. One without an answer leaves the payment woken: CinetPay has told us of it, and the
// lane of the schedule waits behind everything else.
const SAW_WAKES = '(g.is_check AND t.wake_number = g.seen_wake)';

function settlement(name: string, given: string, { isMany }: { isMany: boolean }): Statement {
  const changes = Object.keys(DECIDED).map((column) => `${column} = g.${column}`);
  const answer = Object.keys(ANSWER).join(', ');
  return {
    name,
    text: `WITH given AS (${given}), ${isMany ? HELD : ''} settled AS (
    UPDATE transactions t SET ${changes.join(', ')},
      next_check_at = CASE WHEN g.status = 'accepted' THEN NULL
        WHEN t.woken_at IS NULL OR ${SAW_WAKES} THEN g.decided_check_at
        WHEN g.is_check THEN greatest(clock_timestamp(), t.wake_allowed_at - ${SPACING})
        ELSE coalesce(t.next_check_at, clock_timestamp()) END,
      woken_at = CASE WHEN g.status = 'accepted' OR (${SAW_WAKES} AND g.failed_checks = 0) THEN NULL ELSE t.woken_at END,
      wake_allowed_at = CASE WHEN g.is_check AND g.status <> 'accepted' AND t.woken_at IS NOT NULL AND t.wake_number <> g.seen_wake
        THEN greatest(t.wake_allowed_at, clock_timestamp()) + ${SPACING} ELSE t.wake_allowed_at END,
      lease_until = CASE WHEN g.lease IS NULL THEN t.lease_until END,
      revision = t.revision + 1, updated_at = g.now
    FROM ${isMany ? 'held g WHERE t.ctid = g.spot AND t.transaction_id IS NOT DISTINCT FROM g.transaction_id' : `given g WHERE ${GUARD}`}
    RETURNING t.site_id, t.caller, t.notify_endpoint_id, t.next_check_at, t.wake_number, g.*
  ), answer AS (
    INSERT INTO cinetpay_answers (transaction_id, site_id, ${answer})
    SELECT transaction_id, site_id, ${answer} FROM settled WHERE operation IS NOT NULL
    RETURNING id, transaction_id
  ), moved AS (
    INSERT INTO transaction_moves (transaction_id, from_status, to_status, cause, answer_id, review, at)
    SELECT transaction_id, from_status, status, cause, (SELECT id FROM answer WHERE answer.transaction_id = settled.transaction_id), review, now
    FROM settled WHERE from_status IS NOT NULL
  ), told AS (
    INSERT INTO events (id, type, caller, transaction_id, status, created_at, data, notify_endpoint_id)
    SELECT told.id, told.type, caller, transaction_id, status, now, event_data, notify_endpoint_id
    FROM settled CROSS JOIN LATERAL unnest(event_ids, event_types) WITH ORDINALITY AS told(id, type, nth) ORDER BY nth
    ON CONFLICT DO NOTHING
  )
  SELECT transaction_id, next_check_at, wake_number FROM settled`,
  };
}

/**
 * Writes a decision: the row, the answer it comes from, the move and the events, in one statement. Guarded by the revision it was
 * computed from and, under a lease, by the lease's number. Only a check that got an answer ends a wake, and only one that it saw.
 */
export const SETTLE = settlement('transaction_settle', oneGiven(SETTLED), { isMany: false });

/** The same for decisions about different payments. It leaves out those whose row somebody holds, and those that the guard refuses. */
export const SETTLE_MANY = settlement('transaction_settle_many', manyGiven(SETTLED), { isMany: true });

/** Keeps an answer that came too late to decide anything: evidence is never thrown away. */
export const KEPT_ANSWER: GivenColumns<AnswerColumn | 'transaction_id'> = { transaction_id: 'text', ...ANSWER };
export const KEEP_ANSWER: Statement = {
  name: 'cinetpay_answer_keep',
  text: `WITH given AS (${oneGiven(KEPT_ANSWER)})
    INSERT INTO cinetpay_answers (transaction_id, site_id, ${Object.keys(ANSWER).join(', ')})
    SELECT g.transaction_id, t.site_id, ${Object.keys(ANSWER)
      .map((column) => `g.${column}`)
      .join(', ')}
    FROM given g JOIN transactions t ON t.transaction_id = g.transaction_id`,
};
