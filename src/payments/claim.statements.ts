import type { Statement } from '../database/sql';

/** How long a claim lasts when nobody renews it (contract, section 5). */
export const LEASE = `interval '10 seconds'`;

// Due is compared with statement_timestamp(): clock_timestamp() is volatile, and Postgres would read the whole index for it.
export const FREE = '(lease_until IS NULL OR lease_until < clock_timestamp())';
export const TAKE = `lease_number = t.lease_number + 1, lease_until = clock_timestamp() + ${LEASE}`;

/** A row that got no slot is due again within this time (contract, section 6). */
const SLOT_AGAIN = `interval '1 second'`;

/**
 * An order waits for the budget: it has never been tried, or is overdue by more than a worker's rhythm explains. A try of the retry list that
 * has just become due makes no new order wait.
 */
export const WAITS = `initiation = 'send' AND ${FREE} AND next_initiation_at <= statement_timestamp() + ${SLOT_AGAIN}
  AND (initiation_attempts = 0 OR next_initiation_at < statement_timestamp() - ${SLOT_AGAIN})`;

/**
 * Takes half-done initiations that are due, oldest first, and those that only found no slot: their second of patience would let younger ones
 * go before them. `sent_before`: an earlier try may have reached CinetPay.
 */
export const CLAIM_INITIATIONS: Statement = {
  name: 'transaction_claim_initiations',
  text: `WITH due AS (
    SELECT transaction_id, maybe_sent FROM transactions
    WHERE next_initiation_at <= statement_timestamp() + ${SLOT_AGAIN} AND ${FREE} AND site_id = $1
      AND (initiation_attempts = 0 OR next_initiation_at <= statement_timestamp())
    ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED
  ), taken AS (
    UPDATE transactions t SET ${TAKE}, maybe_sent = t.maybe_sent OR t.initiation = 'send'
    FROM due WHERE t.transaction_id = due.transaction_id
    RETURNING t.*, due.maybe_sent AS sent_before, clock_timestamp() AS clock)
  SELECT * FROM taken ORDER BY created_at`,
};

function claimChecks(name: string, woken: string): Statement {
  return {
    name,
    text: `WITH due AS (
      SELECT transaction_id FROM transactions
      WHERE next_check_at IS NOT NULL AND ${woken} AND next_check_at <= statement_timestamp() AND ${FREE} AND site_id = $1
      ORDER BY next_check_at LIMIT $2 FOR UPDATE SKIP LOCKED)
    UPDATE transactions t SET ${TAKE} FROM due WHERE t.transaction_id = due.transaction_id
    RETURNING t.*, clock_timestamp() AS clock`,
  };
}

/** Takes the checks that somebody asked for, the longest waiting first. */
export const CLAIM_WOKEN = claimChecks('transaction_claim_woken', 'woken_at IS NOT NULL');
/** Takes the checks that the clock asks for, the longest waiting first. */
export const CLAIM_SCHEDULED = claimChecks('transaction_claim_scheduled', 'woken_at IS NULL');

/** What a worker may claim: $1 the site, $2 how many. */
export const CLAIMS = { initiations: CLAIM_INITIATIONS, woken: CLAIM_WOKEN, scheduled: CLAIM_SCHEDULED } as const;
