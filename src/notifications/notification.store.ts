import { Injectable } from '@nestjs/common';
import { manyGiven, manyRows, oneGiven, oneRow, type GivenColumns } from '../database/given';
import { Grouping } from '../database/grouping';
import { Sql, type Statement } from '../database/sql';
import { WAKE } from '../payments/transaction.statements';

/** A notification as it came, and what its reading says. */
export interface KeptNotification {
  validity: 'valid' | 'bad_token' | 'unknown_site' | 'unreadable';
  siteId: string | null;
  transactionId: string | null;
  contentType: string | null;
  token: string | null;
  body: Buffer;
  truncated: boolean;
}

const KEPT: GivenColumns = {
  validity: 'text',
  site_id: 'text',
  transaction_id: 'text',
  content_type: 'text',
  x_token: 'text',
  // Base64: JSON has no bytes.
  body: 'text',
  truncated: 'boolean',
};
const BYTES = `decode(body, 'base64'), truncated`;

/** Keeps the bytes and wakes the transaction in one statement: what is answered 200 is there, and its check will come. */
export const KEEP: Statement = {
  name: 'notification_keep',
  text: `WITH given AS (${oneGiven(KEPT)}), woken AS (
    UPDATE transactions t SET ${WAKE} FROM given g
    WHERE g.validity = 'valid' AND t.transaction_id = g.transaction_id AND t.site_id = g.site_id AND t.status <> 'accepted' RETURNING 1
  ), kept AS (
    INSERT INTO notifications (validity, site_id, transaction_id, content_type, x_token, body, truncated)
    SELECT CASE WHEN validity = 'valid' AND NOT EXISTS (SELECT 1 FROM transactions t WHERE t.transaction_id = g.transaction_id AND t.site_id = g.site_id)
      THEN 'unknown_transaction' ELSE validity END, site_id, transaction_id, content_type, x_token, ${BYTES} FROM given g
    RETURNING validity
  )
  SELECT validity, EXISTS (SELECT 1 FROM woken) AS woken FROM kept`,
};

/**
 * The same for many about different transactions. It leaves out those that wake none, and those whose transaction somebody holds. Found again as
 * settlements are (settle.statements.ts).
 */
export const KEEP_MANY: Statement = {
  name: 'notification_keep_many',
  text: `WITH given AS (${manyGiven(KEPT)}), held AS MATERIALIZED (
    SELECT g.*, t.spot FROM given g CROSS JOIN LATERAL (
      SELECT ctid AS spot FROM transactions t WHERE t.transaction_id = g.transaction_id AND t.site_id = g.site_id AND t.status <> 'accepted'
      FOR NO KEY UPDATE SKIP LOCKED) t
  ), woken AS (
    UPDATE transactions t SET ${WAKE} FROM held g
    WHERE t.ctid = g.spot AND t.transaction_id IS NOT DISTINCT FROM g.transaction_id RETURNING g.*
  )
  INSERT INTO notifications (validity, site_id, transaction_id, content_type, x_token, body, truncated)
  SELECT validity, site_id, transaction_id, content_type, x_token, ${BYTES} FROM woken RETURNING transaction_id`,
};

const COUNT_INVALID: Statement = {
  name: 'notification_count_invalid',
  text: `SELECT count(*)::int AS invalid FROM (SELECT 1 FROM notifications WHERE validity <> 'valid' LIMIT $1) AS counted`,
};

/** Contract, section 5: the only thing that is ever deleted. */
const FORGET: Statement = {
  name: 'notification_forget_invalid',
  text: `DELETE FROM notifications WHERE id IN (
    SELECT id FROM notifications WHERE validity <> 'valid' AND received_at < now() - interval '30 days' ORDER BY received_at LIMIT $1)
    RETURNING 1`,
};

/** The final validity of a notification, and whether it woke its transaction. */
export interface Keeping {
  validity: string;
  woken: boolean;
}

/** The notifications table. */
@Injectable()
export class NotificationStore {
  private readonly wakers = new Grouping<KeptNotification, Keeping>({
    kind: 'write',
    keyOf: ({ transactionId }) => transactionId ?? '',
    alone: (notification) => this.keepAlone(notification),
    together: (notifications) => this.keepMany(notifications),
  });

  constructor(private readonly sql: Sql) {}

  keep(notification: KeptNotification): Promise<Keeping> {
    return notification.validity === 'valid' ? this.wakers.run(notification) : this.keepAlone(notification);
  }

  private async keepAlone(notification: KeptNotification): Promise<Keeping> {
    const [kept] = await this.sql.rows<Keeping>(KEEP, oneRow(KEPT, given(notification)));
    return kept!;
  }

  private async keepMany(notifications: readonly KeptNotification[]): Promise<Map<string, Keeping>> {
    const rows = await this.sql.rows<{ transaction_id: string }>(KEEP_MANY, manyRows(notifications.map(given)));
    return new Map(rows.map((row) => [row.transaction_id, { validity: 'valid', woken: true }]));
  }

  /** How many invalid ones are kept, counted up to `limit`. */
  async countInvalid(limit: number): Promise<number> {
    const [counted] = await this.sql.rows<{ invalid: number }>(COUNT_INVALID, [limit]);
    return counted!.invalid;
  }

  /** Deletes at most `limit` invalid ones that are older than 30 days. @returns whether there may be more */
  async forgetInvalid(limit: number): Promise<boolean> {
    return (await this.sql.rows(FORGET, [limit])).length === limit;
  }
}

function given({ validity, siteId, transactionId, contentType, token, body, truncated }: KeptNotification) {
  const text = body.toString('base64');
  return {
    ...{ validity, site_id: siteId, transaction_id: transactionId, content_type: contentType },
    ...{ x_token: token, body: text, truncated },
  };
}
