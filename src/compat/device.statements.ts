import type { Statement } from '../database/sql';

/** The move of a page's device that CinetPay is to be told of. */
export interface ClaimedMove {
  transaction_id: string;
  site_id: string;
  told_device_id: string;
  device_id: string;
}

/** Seconds between two tellings about one order: pages reconnect in bursts. */
const REST = `interval '2 seconds'`;
/** After so many refusals it is given up; the next move of the page starts anew. */
const MAX_ATTEMPTS = 5;

/** The newest open order of the device that the page had, $1, gets the one that it has now, $2. One telling an order is due at most. */
export const NOTE_MOVE: Statement = {
  name: 'device_note_move',
  text: `WITH known AS (
    SELECT transaction_id FROM device_moves WHERE device_id = $1
    UNION SELECT transaction_id FROM transactions WHERE drop_in ->> 'device_id' = $1
  ), found AS (
    SELECT t.transaction_id, t.site_id, coalesce(m.told_device_id, $1) AS told FROM known JOIN transactions t USING (transaction_id)
    LEFT JOIN device_moves m USING (transaction_id)
    WHERE coalesce(m.device_id, $1) = $1 AND t.status IN ('created', 'pending') AND NOT t.closed
    ORDER BY t.created_at DESC LIMIT 1
  )
  INSERT INTO device_moves AS d (transaction_id, site_id, told_device_id, device_id, next_attempt_at)
  SELECT transaction_id, site_id, told, $2, now() FROM found
  ON CONFLICT (transaction_id) DO UPDATE SET device_id = EXCLUDED.device_id, attempts = 0,
    next_attempt_at = CASE WHEN d.told_device_id <> EXCLUDED.device_id THEN greatest(now(), d.told_at + ${REST}) END
  RETURNING 1`,
};

/** Takes what is due of the sites $1, for $3 seconds. An order that CinetPay does not have yet is told of first (payments). */
export const CLAIM_MOVES: Statement = {
  name: 'device_claim_moves',
  text: `WITH due AS (
    SELECT m.transaction_id FROM device_moves m JOIN transactions t USING (transaction_id)
    WHERE m.next_attempt_at <= statement_timestamp() AND (m.lease_until IS NULL OR m.lease_until < clock_timestamp())
      AND m.site_id = ANY($1) AND t.status = 'pending'
    ORDER BY m.next_attempt_at LIMIT $2 FOR UPDATE OF m SKIP LOCKED)
  UPDATE device_moves m SET lease_until = clock_timestamp() + $3 * interval '1 second' FROM due WHERE m.transaction_id = due.transaction_id
  RETURNING m.transaction_id, m.site_id, m.told_device_id, m.device_id`,
};

/** CinetPay knows the device $2. The page may have another one by now. */
export const TOLD: Statement = {
  name: 'device_told',
  text: `UPDATE device_moves SET told_device_id = $2, told_at = clock_timestamp(), attempts = 0, lease_until = NULL,
      next_attempt_at = CASE WHEN device_id <> $2 THEN clock_timestamp() + ${REST} END
    WHERE transaction_id = $1`,
};

/** Due again in $2 seconds; $3 is 1 when CinetPay was asked and 0 when it was not. */
export const NOT_TOLD: Statement = {
  name: 'device_not_told',
  text: `UPDATE device_moves SET lease_until = NULL, attempts = attempts + $3,
      next_attempt_at = CASE WHEN attempts + $3 < ${MAX_ATTEMPTS} THEN clock_timestamp() + $2 * interval '1 second' END
    WHERE transaction_id = $1`,
};

/** What became of the order is known, or it is a day old: its page listens no more. */
export const FORGET_MOVES: Statement = {
  name: 'device_forget_moves',
  text: `DELETE FROM device_moves m WHERE m.created_at < now() - interval '1 day' OR NOT EXISTS (
    SELECT 1 FROM transactions t WHERE t.transaction_id = m.transaction_id AND t.status IN ('created', 'pending') AND NOT t.closed)`,
};
