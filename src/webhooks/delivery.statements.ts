import type { Statement } from '../database/sql';
import { deliveryId } from '../events/delivery-id';

/** What callers see of a delivery `d`, with its `endpoint` and `event`. */
export const DELIVERY_COLUMNS = `d.id, d.event_id, coalesce(event.type, 'webhook.test') AS event_type, d.endpoint_id, endpoint.url, d.status,
  d.next_attempt_at, d.created_at`;

export const FIND_DELIVERY: Statement = {
  name: 'webhook_delivery_find',
  text: `SELECT ${DELIVERY_COLUMNS} FROM webhook_deliveries d JOIN webhook_endpoints endpoint ON endpoint.id = d.endpoint_id
      LEFT JOIN events event ON event.id = d.event_id
    WHERE d.id = $1 AND ($2::text IS NULL OR endpoint.caller = $2)`,
};

export const ATTEMPTS_OF: Statement = {
  name: 'webhook_attempts_of',
  text: `SELECT delivery_id, number, at, http_status, duration_ms, error, response FROM webhook_attempts
    WHERE delivery_id = ANY ($1) ORDER BY delivery_id, number`,
};

/** Locks the endpoint of a delivery, drop-in ones included, so that it cannot be disabled meanwhile. */
export const LOCK_ENDPOINT_OF: Statement = {
  name: 'webhook_delivery_lock_endpoint',
  text: `SELECT endpoint.enabled AND endpoint.deleted_at IS NULL AS is_open FROM webhook_endpoints endpoint
    WHERE endpoint.id = $1 FOR NO KEY UPDATE`,
};

// A lease under way stays: should that attempt succeed, this is what was asked for.
const AGAIN = `status = 'pending', delivered_at = NULL, attempts_at_reset = webhook_deliveries.attempts`;

/** Makes a delivery due now, with the whole schedule before it. */
export const RETRY_DELIVERY: Statement = {
  name: 'webhook_delivery_retry',
  text: `UPDATE webhook_deliveries SET next_attempt_at = now(), ${AGAIN} WHERE id = $1`,
};

export const INSERT_TEST: Statement = {
  name: 'webhook_delivery_insert_test',
  text: `INSERT INTO webhook_deliveries (id, event_id, endpoint_id, next_attempt_at, is_test)
    VALUES ($1, $2, $3, now(), true)`,
};

/** Events of one replay's statement. */
export const REPLAY_BATCH = 1_000;

/**
 * Owes an endpoint ($1, of caller $2, that takes the types $3) the published events from $4 to before $5 again, the next ones
 * after position $6. In the order of the deliveries' ids, as everywhere; their times keep the order of the events.
 */
export const REPLAY_EVENTS: Statement = {
  name: 'webhook_delivery_replay',
  text: `WITH event AS MATERIALIZED (
      SELECT id, position FROM events WHERE caller = $2 AND position > $6 AND ($3::text[] IS NULL OR type = ANY ($3))
        AND created_at >= $4 AND ($5::timestamptz IS NULL OR created_at < $5)
      ORDER BY position LIMIT ${REPLAY_BATCH}
    ), owed AS (
      INSERT INTO webhook_deliveries (id, event_id, endpoint_id, next_attempt_at)
      SELECT ${deliveryId('id', '$1::text')}, id, $1, now() + row_number() OVER (ORDER BY position) * interval '1 microsecond'
      FROM event ORDER BY 1
      ON CONFLICT ON CONSTRAINT webhook_deliveries_event_endpoint_key
        DO UPDATE SET next_attempt_at = excluded.next_attempt_at, ${AGAIN}
      RETURNING 1
    )
    SELECT (SELECT count(*) FROM owed)::int AS deliveries, (SELECT max(position) FROM event) AS last`,
};
