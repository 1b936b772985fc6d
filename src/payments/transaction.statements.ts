import type { Statement } from '../database/sql';
import { FREE, LEASE, TAKE, WAITS } from './claim.statements';
import { SHOWN } from './payment.json';

/** Wakes may cause a burst of 2 checks per transaction, then one per 2 s (contract, section 6). */
const SPACING = `interval '2 seconds'`;

/**
 * The SET list of a wake. It counts up `wake_number`, makes the row due as soon as the spacing allows, and charges the spacing only when no
 * earlier wake is still waiting: wakes are coalesced, never lost.
 */
export const WAKE = `
  wake_number = t.wake_number + 1,
  woken_at = coalesce(t.woken_at, clock_timestamp()),
  next_check_at = CASE WHEN t.woken_at IS NULL
    THEN least(coalesce(t.next_check_at, 'infinity'), greatest(clock_timestamp(), t.wake_allowed_at - ${SPACING}))
    ELSE coalesce(t.next_check_at, greatest(clock_timestamp(), t.wake_allowed_at - ${SPACING})) END,
  wake_allowed_at = CASE WHEN t.woken_at IS NULL
    THEN greatest(t.wake_allowed_at, clock_timestamp()) + ${SPACING} ELSE t.wake_allowed_at END`;

/** Finds what a request may be a repetition of; `rank` says by what, in the contract's order. */
export const LOOKUP: Statement = {
  name: 'transaction_lookup',
  text: `SELECT 1 AS rank, t.* FROM transactions t WHERE t.caller = $1 AND t.idempotency_key = $2
    UNION ALL SELECT 2, t.* FROM transactions t WHERE t.transaction_id = $3
    UNION ALL SELECT CASE WHEN d.paid_transaction_id IS NULL THEN 4 ELSE 3 END, t.* FROM order_doors d
      JOIN transactions t ON t.transaction_id = coalesce(d.paid_transaction_id, d.open_transaction_id)
      WHERE d.caller = $1 AND d.order_reference = $4
    ORDER BY rank LIMIT 1`,
};

const INSERTED = [
  ...['transaction_id', 'caller', 'origin', 'idempotency_key', 'order_reference', 'site_id', 'integration', 'amount'],
  ...['currency', 'description', 'return_url', 'channels', 'lang', 'metadata', 'invoice_data', 'alternative_currency'],
  ...[
    'customer',
    'lock_phone_number',
    'card_available',
    'drop_in',
    'notify_endpoint_id',
    'wire_body',
    'checkout_token',
  ],
] as const;
export type InsertedColumn = (typeof INSERTED)[number];
export const INSERTED_COLUMNS: readonly InsertedColumn[] = INSERTED;

const CASTS: Partial<Record<InsertedColumn, string>> = {
  amount: 'bigint',
  invoice_data: 'jsonb',
  customer: 'jsonb',
  drop_in: 'jsonb',
  lock_phone_number: 'boolean',
  card_available: 'boolean',
};

const values = INSERTED.map((column, index) => `$${index + 1}::${CASTS[column] ?? 'text'}`);
const [ID, CALLER, REFERENCE, SITE] = (['transaction_id', 'caller', 'order_reference', 'site_id'] as const).map(
  (column) => `$${INSERTED.indexOf(column) + 1}::text`,
);
/** Seconds to the first check of a seamless order; NULL for the others, which are initiated. */
const CHECK = `$${INSERTED.length + 1}::double precision`;

const DOOR = `WITH door AS (
    INSERT INTO order_doors AS d (caller, order_reference, open_transaction_id) VALUES (${CALLER}, ${REFERENCE}, ${ID})
    ON CONFLICT (caller, order_reference) DO UPDATE SET open_transaction_id = EXCLUDED.open_transaction_id
      WHERE d.open_transaction_id IS NULL AND d.paid_transaction_id IS NULL
    RETURNING 1)`;

function insertion(name: string, { hasDoor }: { hasDoor: boolean }): Statement {
  return {
    name,
    text: `${hasDoor ? DOOR : ''}
  INSERT INTO transactions (${INSERTED.join(', ')}, status, initiation, next_initiation_at, maybe_sent, lease_number, lease_until,
    checks_from, next_check_at, created_at, updated_at)
  SELECT ${values.join(', ')}, 'created',
    CASE WHEN ${CHECK} IS NULL THEN 'send' END,
    CASE WHEN ${CHECK} IS NULL THEN now() END,
    ${CHECK} IS NULL,
    CASE WHEN ${CHECK} IS NULL THEN 1 ELSE 0 END,
    CASE WHEN ${CHECK} IS NULL THEN clock_timestamp() + ${LEASE} END,
    CASE WHEN ${CHECK} IS NOT NULL THEN now() END,
    now() + ${CHECK} * interval '1 second', now(), now()
  ${hasDoor ? 'WHERE EXISTS (SELECT 1 FROM door)' : 'ON CONFLICT DO NOTHING'}
  RETURNING created_at, next_initiation_at, lease_until, checks_from, next_check_at, clock_timestamp() AS clock`,
  };
}

/** Also says whether older orders of its site wait for the budget. A statement of its own: one for both would be planned anew each time. */
function looking({ name, text }: Statement): Statement {
  const look = `EXISTS (SELECT 1 FROM transactions WHERE site_id = ${SITE} AND ${WAITS}) AS older_wait`;
  return { name: `${name}_and_look`, text: `${text}, ${look}` };
}

/**
 * Saves an order and, where we initiate it, takes the first lease: one statement, one commit. No row comes back when its id or key is taken.
 */
const INSERT = insertion('transaction_insert', { hasDoor: false });
const INSERT_AND_LOOK = looking(INSERT);

/**
 * The same for an order with a reference, whose door it takes; no row comes back when that is taken. A taken id or key is an error here: it
 * has to undo the door's row as well.
 */
const INSERT_WITH_DOOR = insertion('transaction_insert_with_door', { hasDoor: true });
const INSERT_WITH_DOOR_AND_LOOK = looking(INSERT_WITH_DOOR);

export function insertOf(hasDoor: boolean, looks: boolean): Statement {
  if (looks) return hasDoor ? INSERT_WITH_DOOR_AND_LOOK : INSERT_AND_LOOK;
  return hasDoor ? INSERT_WITH_DOOR : INSERT;
}

/** One row with Postgres' clock. */
export const FIND: Statement = {
  name: 'transaction_find',
  text: 'SELECT *, clock_timestamp() AS clock FROM transactions WHERE transaction_id = $1',
};

/**
 * What is shown of a payment, and whose it is, as one JSON: this is read most, and the driver works through the name and type of every column of
 * every answer. Instants come as text.
 */
export const SHOW: Statement = {
  name: 'transaction_show',
  text: `SELECT row_to_json(shown) AS shown FROM (SELECT caller, ${SHOWN.join(', ')} FROM transactions WHERE transaction_id = $1) AS shown`,
};

export const FIND_BY_TOKEN: Statement = {
  name: 'transaction_find_by_token',
  text: 'SELECT *, clock_timestamp() AS clock FROM transactions WHERE checkout_token = $1',
};

/** Locks an order's door before its transaction is written: the one order in which both are ever locked. */
export const LOCK_DOOR: Statement = {
  name: 'order_door_lock',
  text: 'SELECT paid_transaction_id FROM order_doors WHERE caller = $1 AND order_reference = $2 FOR UPDATE',
};

export const CHANGE_DOOR: Statement = {
  name: 'order_door_change',
  text: `UPDATE order_doors SET open_transaction_id = nullif(open_transaction_id, $3),
      paid_transaction_id = CASE WHEN $4 THEN coalesce(paid_transaction_id, $3) ELSE paid_transaction_id END
    WHERE caller = $1 AND order_reference = $2`,
};

/** Which transaction paid an order, if any did. */
export const PAID_BY: Statement = {
  name: 'order_door_paid_by',
  text: 'SELECT paid_transaction_id FROM order_doors WHERE caller = $1 AND order_reference = $2',
};

/**
 * Writes a decision: the row, the answer it comes from, the move and the events, in one statement. Guarded by the revision it was
 * computed from and, under a lease, by the lease's number ($3; NULL needs none). Only a check ($39) answers a wake, and only one that it
 * saw ($21): any other leaves the row due.
 */
export const SETTLE: Statement = {
  name: 'transaction_settle',
  text: `WITH settled AS (
    UPDATE transactions t SET
      status = $4::text, status_reason = $5, needs_review = $6, closed = $7, payment_url = $8, payment_token = $9, payment_method = $10,
      operator_id = $11, fund_availability_date = $12, accepted_at = $13, initiation = $14::text, maybe_sent = $15, initiation_attempts = $16,
      next_initiation_at = $17, checks_from = $18, failed_checks = $19,
      next_check_at = CASE WHEN $4::text = 'accepted' THEN NULL
        WHEN t.woken_at IS NULL OR ($39::boolean AND t.wake_number = $21::integer) THEN $20::timestamptz
        WHEN $39 THEN greatest(clock_timestamp(), t.wake_allowed_at - ${SPACING})
        ELSE coalesce(t.next_check_at, clock_timestamp()) END,
      woken_at = CASE WHEN $4::text = 'accepted' OR ($39 AND t.wake_number = $21) THEN NULL ELSE t.woken_at END,
      wake_allowed_at = CASE WHEN $39 AND $4::text <> 'accepted' AND t.woken_at IS NOT NULL AND t.wake_number <> $21
        THEN greatest(t.wake_allowed_at, clock_timestamp()) + ${SPACING} ELSE t.wake_allowed_at END,
      lease_until = CASE WHEN $3::integer IS NULL THEN t.lease_until END,
      revision = t.revision + 1, updated_at = $22
    WHERE t.transaction_id = $1 AND t.revision = $2 AND ($3::integer IS NULL OR t.lease_number = $3)
    RETURNING t.transaction_id, t.site_id, t.caller, t.notify_endpoint_id, t.next_check_at, t.wake_number
  ), answer AS (
    INSERT INTO cinetpay_answers (transaction_id, site_id, operation, outcome, asked_at, duration_ms, http_status, code, message, description,
      api_response_id, data)
    SELECT transaction_id, site_id, $23::text, $24, $25::timestamptz, $26::integer, $27::integer, $28, $29, $30, $31, $32::jsonb FROM settled WHERE $23::text IS NOT NULL
    RETURNING id
  ), moved AS (
    INSERT INTO transaction_moves (transaction_id, from_status, to_status, cause, answer_id, review, at)
    SELECT transaction_id, $33::text, $4::text, $34, (SELECT id FROM answer), $35::jsonb, $22 FROM settled WHERE $33::text IS NOT NULL
  ), told AS (
    INSERT INTO events (id, type, caller, transaction_id, status, created_at, data, notify_endpoint_id)
    SELECT told.id, told.type, settled.caller, settled.transaction_id, $4::text, $22, $38, settled.notify_endpoint_id
    FROM settled, unnest($36::text[], $37::text[]) WITH ORDINALITY AS told(id, type, nth) ORDER BY nth
    ON CONFLICT DO NOTHING
  )
  SELECT next_check_at, wake_number FROM settled`,
};

/** Keeps an answer that came too late to decide anything: evidence is never thrown away. */
export const KEEP_ANSWER: Statement = {
  name: 'cinetpay_answer_keep',
  text: `INSERT INTO cinetpay_answers (transaction_id, site_id, operation, outcome, asked_at, duration_ms, http_status, code, message,
      description, api_response_id, data)
    SELECT transaction_id, site_id, $2, $3, $4::timestamptz, $5::integer, $6::integer, $7, $8, $9, $10, $11::jsonb FROM transactions WHERE transaction_id = $1`,
};

/** Takes one row for a check now, if nobody works on it, its site is one of $2 and the spacing of wakes allows it. */
export const CLAIM_ONE: Statement = {
  name: 'transaction_claim_one',
  text: `UPDATE transactions t SET ${TAKE}, ${WAKE}
    WHERE t.transaction_id = $1 AND ${FREE} AND t.status <> 'accepted' AND t.site_id = ANY($2)
      AND coalesce(t.wake_allowed_at, '-infinity') - ${SPACING} <= clock_timestamp()
    RETURNING t.*, clock_timestamp() AS clock`,
};

/** Makes a lease last again. Not one that was given back meanwhile: nobody would hold it, and everybody would wait for its end. */
export const RENEW: Statement = {
  name: 'transaction_renew',
  text: `UPDATE transactions t SET lease_until = clock_timestamp() + ${LEASE}
    WHERE transaction_id = $1 AND lease_number = $2 AND lease_until IS NOT NULL RETURNING 1`,
};

/**
 * Hands a claim back untouched: nothing was sent and no try is counted. The row is due again after $4 milliseconds, but not for an initiation that
 * somebody ended while the claim waited.
 */
export const RELEASE: Statement = {
  name: 'transaction_release',
  text: `UPDATE transactions t SET lease_until = NULL, maybe_sent = coalesce($3, t.maybe_sent),
      next_initiation_at = CASE WHEN $5 AND t.initiation IS NOT NULL THEN clock_timestamp() + $4 * interval '1 millisecond' ELSE t.next_initiation_at END,
      next_check_at = CASE WHEN NOT $5 AND t.next_check_at IS NOT NULL THEN greatest(t.next_check_at, clock_timestamp() + $4 * interval '1 millisecond')
        ELSE t.next_check_at END
    WHERE transaction_id = $1 AND lease_number = $2`,
};

/**
 * Wakes one transaction. Accepted ones sleep for ever, and those of a site that is not among $2: nobody could ask, and what is due there would keep the
 * gateway from starting.
 */
export const WAKE_ONE: Statement = {
  name: 'transaction_wake',
  text: `UPDATE transactions t SET ${WAKE} WHERE t.transaction_id = $1 AND t.status <> 'accepted' AND t.site_id = ANY($2) RETURNING 1`,
};

/** How many orders wait for their initiation, counted no further than $1. */
export const BACKLOG: Statement = {
  name: 'transaction_backlog',
  text: 'SELECT count(*)::int AS waiting FROM (SELECT 1 FROM transactions WHERE next_initiation_at IS NOT NULL LIMIT $1) AS counted',
};
