import type { Statement } from '../database/sql';
import { FREE, LEASE, TAKE } from './claim.statements';
import { SHOWN } from './payment.json';

/** Wakes may cause a burst of 2 checks per transaction, then one per 2 s (contract, section 6). */
export const SPACING = `interval '2 seconds'`;

// When the spacing allows the next check that a wake asks for.
const WAKE_AT = `greatest(clock_timestamp(), t.wake_allowed_at - ${SPACING})`;
// No earlier wake is waiting, or it waits only because its check got no answer.
const BRINGS_FORWARD = `(t.woken_at IS NULL OR t.failed_checks > 0 AND t.next_check_at > ${WAKE_AT})`;

/**
 * The SET list of a wake. It counts up `wake_number`, makes the row due as soon as the spacing allows, and charges the spacing only when no
 * earlier wake is still waiting: wakes are coalesced, never lost.
 */
export const WAKE = `
  wake_number = t.wake_number + 1,
  woken_at = coalesce(t.woken_at, clock_timestamp()),
  next_check_at = CASE WHEN ${BRINGS_FORWARD}
    THEN least(coalesce(t.next_check_at, 'infinity'), ${WAKE_AT})
    ELSE coalesce(t.next_check_at, ${WAKE_AT}) END,
  wake_allowed_at = CASE WHEN ${BRINGS_FORWARD}
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

/** The same of many. OFFSET keeps Postgres from joining, for which it might read the whole table. */
export const SHOW_MANY: Statement = {
  name: 'transaction_show_many',
  text: `SELECT row_to_json(shown) AS shown FROM unnest($1::text[]) AS asked (id)
    CROSS JOIN LATERAL (SELECT caller, ${SHOWN.join(', ')} FROM transactions WHERE transaction_id = asked.id OFFSET 0) AS shown`,
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

/** A door whose transaction is not there. */
export const ORPHANED_DOOR: Statement = {
  name: 'order_door_orphaned',
  text: `SELECT id, is_paid FROM order_doors d
    CROSS JOIN LATERAL (SELECT coalesce(paid_transaction_id, open_transaction_id) AS id, paid_transaction_id IS NOT NULL AS is_paid) AS held
    WHERE d.caller = $1 AND d.order_reference = $2 AND id IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM transactions t WHERE t.transaction_id = id)`,
};

/** Which transaction paid an order, if any did. */
export const PAID_BY: Statement = {
  name: 'order_door_paid_by',
  text: 'SELECT paid_transaction_id FROM order_doors WHERE caller = $1 AND order_reference = $2',
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
