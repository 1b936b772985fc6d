import type { EventType } from '../events/event';
import type { Statement } from '../database/sql';
import { ROTATION_HOURS } from './webhook-secret';

/** A row of `webhook_endpoints`. */
export interface EndpointRow {
  id: string;
  caller: string;
  kind: 'webhook' | 'drop_in';
  url: string;
  events: EventType[] | null;
  description: string;
  enabled: boolean;
  disabled_reason: string | null;
  secret_version: number;
  previous_secret_until: Date | null;
  created_at: Date;
}

const COLUMNS = `id, caller, kind, url, events, description, enabled, disabled_reason, secret_version, previous_secret_until,
  created_at`;
// Callers see webhooks only: the endpoint of a drop-in notify_url is ours to keep. $2 is NULL for an admin.
const VISIBLE = `kind = 'webhook' AND deleted_at IS NULL AND ($2::text IS NULL OR caller = $2)`;

export const INSERT_ENDPOINT: Statement = {
  name: 'webhook_endpoint_insert',
  text: `INSERT INTO webhook_endpoints (id, caller, url, events, description) VALUES ($1, $2, $3, $4, $5) RETURNING ${COLUMNS}`,
};

export const FIND_ENDPOINT: Statement = {
  name: 'webhook_endpoint_find',
  text: `SELECT ${COLUMNS} FROM webhook_endpoints WHERE id = $1 AND ${VISIBLE}`,
};

/** Waits for a publisher that is just writing deliveries for it, and keeps the next one waiting. */
export const LOCK_ENDPOINT: Statement = {
  name: 'webhook_endpoint_lock',
  text: `${FIND_ENDPOINT.text} FOR NO KEY UPDATE`,
};

export const LIST_ENDPOINTS: Statement = {
  name: 'webhook_endpoint_list',
  text: `SELECT ${COLUMNS} FROM webhook_endpoints WHERE ${VISIBLE} AND ($1::text IS NULL OR (created_at, id) <
      (SELECT last.created_at, last.id FROM webhook_endpoints last WHERE last.id = $1))
    ORDER BY created_at DESC, id DESC LIMIT $3`,
};

export const CHANGE_ENDPOINT: Statement = {
  name: 'webhook_endpoint_change',
  text: `UPDATE webhook_endpoints SET url = $2, events = $3, description = $4, enabled = $5, disabled_reason = $6, updated_at = now()
    WHERE id = $1 RETURNING ${COLUMNS}`,
};

export const DELETE_ENDPOINT: Statement = {
  name: 'webhook_endpoint_delete',
  text: `UPDATE webhook_endpoints SET deleted_at = now(), updated_at = now() WHERE id = $1 AND ${VISIBLE} RETURNING id`,
};

export const ROTATE_SECRET: Statement = {
  name: 'webhook_endpoint_rotate_secret',
  text: `UPDATE webhook_endpoints SET secret_version = secret_version + 1, updated_at = now(),
      previous_secret_until = clock_timestamp() + interval '${ROTATION_HOURS} hours'
    WHERE id = $1 AND ${VISIBLE} RETURNING ${COLUMNS}`,
};

/** Disables an endpoint that said 410, unless it has a new address since: $2 is the one that answered. */
export const DISABLE_GONE: Statement = {
  name: 'webhook_endpoint_disable_gone',
  text: `UPDATE webhook_endpoints SET enabled = false, disabled_reason = 'gone', updated_at = now()
    WHERE id = $1 AND url = $2 AND enabled RETURNING id`,
};

/**
 * Cancels what an endpoint is still owed. A statement of its own after the one that changed the endpoint: that one may have
 * waited for a publisher, whose deliveries only a later snapshot sees. Rows are locked in the order of their ids,
 * everywhere, so that nobody waits in a circle.
 */
export const CANCEL_OWED: Statement = {
  name: 'webhook_delivery_cancel_owed',
  text: `WITH owed AS MATERIALIZED (
      SELECT id FROM webhook_deliveries WHERE endpoint_id = $1 AND status = 'pending' ORDER BY id FOR NO KEY UPDATE)
    UPDATE webhook_deliveries d SET status = 'cancelled', next_attempt_at = NULL FROM owed WHERE d.id = owed.id`,
};

/** The endpoint of a notify_url, as it is; asked before each drop-in order. */
export const FIND_DROP_IN: Statement = {
  name: 'webhook_endpoint_find_drop_in',
  text: `SELECT id FROM webhook_endpoints WHERE caller = $1 AND url = $2 AND kind = 'drop_in' AND enabled`,
};

/** One that somebody disabled in the database is in use again when an order names it. */
export const ENSURE_DROP_IN: Statement = {
  name: 'webhook_endpoint_ensure_drop_in',
  text: `INSERT INTO webhook_endpoints (id, caller, kind, url) VALUES ($3, $1, 'drop_in', $2)
    ON CONFLICT (caller, url) WHERE kind = 'drop_in' DO UPDATE SET enabled = true, disabled_reason = NULL, updated_at = now()
    RETURNING id`,
};
