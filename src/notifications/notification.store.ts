import { Injectable } from '@nestjs/common';
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

/** Keeps the bytes and wakes the transaction in one statement: what is answered 200 is there, and its check will come. */
const KEEP: Statement = {
  name: 'notification_keep',
  text: `WITH woken AS (
    UPDATE transactions t SET ${WAKE}
    WHERE $1 = 'valid' AND t.transaction_id = $3 AND t.site_id = $2 AND t.status <> 'accepted' RETURNING 1
  ), kept AS (
    INSERT INTO notifications (validity, site_id, transaction_id, content_type, x_token, body, truncated)
    SELECT CASE WHEN $1 = 'valid' AND NOT EXISTS (SELECT 1 FROM transactions WHERE transaction_id = $3 AND site_id = $2)
      THEN 'unknown_transaction' ELSE $1 END, $2, $3, $4, $5, $6::bytea, $7::boolean
    RETURNING validity
  )
  SELECT validity, EXISTS (SELECT 1 FROM woken) AS woken FROM kept`,
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

/** The notifications table. */
@Injectable()
export class NotificationStore {
  constructor(private readonly sql: Sql) {}

  /** @returns its final validity, and whether it woke its transaction */
  async keep(notification: KeptNotification): Promise<{ validity: string; woken: boolean }> {
    const { validity, siteId, transactionId, contentType, token, body, truncated } = notification;
    const [kept] = await this.sql.rows<{ validity: string; woken: boolean }>(KEEP, [
      ...[validity, siteId, transactionId, contentType, token, body, truncated],
    ]);
    return kept!;
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
