import type { Statement } from '../database/sql';
import { deliveryId } from './delivery-id';

/** Events that get their position in one statement (our choice: some milliseconds of work). */
export const PUBLISH_BATCH = 500;

/**
 * Gives committed events the next positions and writes what is owed for them. A `sequence` value may be committed after a
 * higher one; it then simply gets a later position: only committed rows are seen here, and position, not sequence, is the
 * feed. Two events of one payment cannot change places, because the second was written under the row lock of the first.
 *
 * Rows are found by where they lie, as this very snapshot sees them: by their ids the planner reads all unpublished ones for each batch.
 *
 * A delivery's id comes from its event and endpoint, so that nothing has to be handed back to make it. `FOR SHARE` lets a
 * deletion of an endpoint either wait until its deliveries can be seen and cancelled, or be seen here.
 */
export const PUBLISH: Statement = {
  name: 'events_publish',
  text: `WITH fresh AS MATERIALIZED (
      SELECT spot, (SELECT coalesce(max(position), 0) FROM events) + row_number() OVER (ORDER BY sequence) AS position,
        row_number() OVER (ORDER BY sequence) AS place
      FROM (SELECT ctid AS spot, sequence FROM events WHERE position IS NULL ORDER BY sequence LIMIT ${PUBLISH_BATCH}) unpublished
    ), published AS (
      UPDATE events SET position = fresh.position FROM fresh WHERE events.ctid = fresh.spot AND events.position IS NULL
      RETURNING events.id, events.type, events.caller, events.notify_endpoint_id, fresh.place
    ), owed AS (
      SELECT published.id AS event_id, endpoint.id AS endpoint_id, published.place
      FROM published JOIN webhook_endpoints endpoint
        ON endpoint.caller = published.caller AND endpoint.kind = 'webhook'
        AND endpoint.enabled AND endpoint.deleted_at IS NULL
        AND (endpoint.events IS NULL OR published.type = ANY (endpoint.events))
      FOR SHARE OF endpoint
    ), notified AS (
      SELECT published.id, endpoint.id, published.place
      FROM published JOIN webhook_endpoints endpoint
        ON endpoint.id = published.notify_endpoint_id AND endpoint.kind = 'drop_in'
        AND endpoint.enabled AND endpoint.deleted_at IS NULL
      WHERE published.type IN ('payment.accepted', 'payment.refused')
    ), delivered AS (
      INSERT INTO webhook_deliveries (id, event_id, endpoint_id, next_attempt_at)
      SELECT ${deliveryId('event_id', 'endpoint_id')}, event_id, endpoint_id, now() + place * interval '1 microsecond'
      FROM (SELECT * FROM owed UNION ALL SELECT * FROM notified) deliveries
      ON CONFLICT ON CONSTRAINT webhook_deliveries_event_endpoint_key DO NOTHING
      RETURNING 1
    )
    SELECT (SELECT count(*) FROM published)::int AS events, (SELECT count(*) FROM delivered)::int AS deliveries`,
};

const COLUMNS = 'id, position, type, created_at, data';

export const FEED_OF_CALLER: Statement = {
  name: 'events_feed_of_caller',
  text: `SELECT ${COLUMNS} FROM events WHERE caller = $1 AND position > $2 ORDER BY position LIMIT $3`,
};

export const FEED_OF_ALL: Statement = {
  name: 'events_feed_of_all',
  text: `SELECT ${COLUMNS} FROM events WHERE position > $1 ORDER BY position LIMIT $2`,
};

export const OLDEST: Statement = {
  name: 'events_oldest',
  text: 'SELECT min(position) AS position FROM events WHERE position IS NOT NULL',
};
