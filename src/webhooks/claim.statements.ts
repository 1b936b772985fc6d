import type { Statement } from '../database/sql';

// Postgres' clock decides; now() is the time this statement began, which an index can be searched by.
const DUE = `status = 'pending' AND next_attempt_at <= now() AND (lease_until IS NULL OR lease_until <= now())`;
/** How long a claim lasts when nobody renews it (contract, as for payments). */
const LEASE = `clock_timestamp() + interval '10 seconds'`;

/**
 * The next $2 endpoints after $1 that are owed anything, and whether some of it is due: one step down the index for each,
 * so that a backlog of one receiver is never read through to find the others'.
 */
export const VISIT_ENDPOINTS: Statement = {
  name: 'webhook_visit_endpoints',
  text: `WITH RECURSIVE visited AS (
      (SELECT endpoint_id, 1 AS step FROM webhook_deliveries
        WHERE status = 'pending' AND endpoint_id > $1 ORDER BY endpoint_id LIMIT 1)
      UNION ALL
      SELECT next.endpoint_id, visited.step + 1 FROM visited CROSS JOIN LATERAL (
        SELECT endpoint_id FROM webhook_deliveries
        WHERE status = 'pending' AND endpoint_id > visited.endpoint_id ORDER BY endpoint_id LIMIT 1) next
      WHERE visited.step < $2::int)
    SELECT visited.endpoint_id, endpoint.url, endpoint.caller,
      EXISTS (SELECT FROM webhook_deliveries d WHERE d.endpoint_id = visited.endpoint_id AND ${DUE}) AS is_due
    FROM visited JOIN webhook_endpoints endpoint ON endpoint.id = visited.endpoint_id ORDER BY visited.step`,
};

/**
 * Claims at most $2[i] due deliveries of endpoint $1[i], the longest waiting first, and reads what sending them needs. The
 * ids go through an array, so that the planner never thinks of reading the whole table.
 */
export const TAKE_DELIVERIES: Statement = {
  name: 'webhook_take_deliveries',
  text: `WITH picked AS MATERIALIZED (
      SELECT due.id FROM unnest($1::text[], $2::int[]) AS share (endpoint_id, room) CROSS JOIN LATERAL (
        SELECT id FROM webhook_deliveries d WHERE d.endpoint_id = share.endpoint_id AND ${DUE}
        ORDER BY next_attempt_at LIMIT share.room FOR NO KEY UPDATE SKIP LOCKED) due
    ), taken AS (
      UPDATE webhook_deliveries SET lease_number = lease_number + 1, lease_until = ${LEASE}
      WHERE id = ANY (ARRAY (SELECT id FROM picked)) RETURNING *
    )
    SELECT taken.id, taken.lease_number, taken.attempts, taken.attempts_at_reset, taken.next_attempt_at::text AS due_at,
      taken.event_id, taken.endpoint_id, taken.is_test, taken.created_at, endpoint.kind, endpoint.caller, endpoint.url,
      endpoint.secret_version, endpoint.previous_secret_until, event.type, event.position, event.created_at AS event_at,
      event.data, event.transaction_id, clock_timestamp() AS clock
    FROM taken JOIN webhook_endpoints endpoint ON endpoint.id = taken.endpoint_id
      LEFT JOIN events event ON event.id = taken.event_id
    ORDER BY taken.next_attempt_at`,
};

// Rows are locked in the order of their ids, everywhere, so that nobody waits in a circle.
const HELD = (columns: string): string => `SELECT ${columns} FROM webhook_deliveries d JOIN held USING (id)
    WHERE d.lease_number = held.lease_number AND d.lease_until IS NOT NULL ORDER BY d.id FOR NO KEY UPDATE OF d`;

/**
 * Makes the leases of deliveries under way last again, where they were not lost. One that has just been written back is held
 * by nobody: a lease on it would keep its next attempt waiting, or a retry.
 */
export const RENEW_DELIVERIES: Statement = {
  name: 'webhook_renew_deliveries',
  text: `WITH held AS (SELECT * FROM unnest($1::text[], $2::int[]) AS h (id, lease_number)),
      own AS MATERIALIZED (${HELD('d.id')})
    UPDATE webhook_deliveries d SET lease_until = ${LEASE} FROM own WHERE d.id = own.id`,
};

/**
 * Writes what came of attempts. An attempt under a lease that was lost is refused. A success counts even for a delivery
 * that was cancelled meanwhile. One that was asked for again meanwhile, and so is due at another time than when it was
 * claimed, stays due then: this attempt was the former schedule's.
 */
export const SETTLE_DELIVERIES: Statement = {
  name: 'webhook_settle_deliveries',
  text: `WITH held AS (
      SELECT * FROM unnest($1::text[], $2::int[], $3::timestamptz[], $4::boolean[], $5::float8[], $6::timestamptz[],
        $7::int[], $8::int[], $9::text[], $10::text[])
      AS h (id, lease_number, due_at, is_delivered, delay_ms, at, http_status, duration_ms, error, response)
    ), own AS MATERIALIZED (${HELD('held.*, d.status, d.next_attempt_at IS DISTINCT FROM held.due_at AS is_again')}
    ), settled AS (
      UPDATE webhook_deliveries d SET attempts = d.attempts + 1, lease_until = NULL,
        attempts_at_reset = CASE WHEN own.is_again THEN d.attempts + 1 ELSE d.attempts_at_reset END,
        status = CASE WHEN own.is_delivered THEN 'delivered' WHEN own.status <> 'pending' THEN own.status
          WHEN own.delay_ms IS NULL AND NOT own.is_again THEN 'failed' ELSE 'pending' END,
        next_attempt_at = CASE WHEN own.is_delivered THEN NULL WHEN own.is_again THEN d.next_attempt_at
          ELSE clock_timestamp() + own.delay_ms * interval '1 millisecond' END,
        delivered_at = CASE WHEN own.is_delivered THEN clock_timestamp() ELSE d.delivered_at END
      FROM own WHERE d.id = own.id
      RETURNING d.id, d.attempts, own.at, own.http_status, own.duration_ms, own.error, own.response
    )
    INSERT INTO webhook_attempts (delivery_id, number, at, http_status, duration_ms, error, response)
    SELECT * FROM settled RETURNING delivery_id`,
};
