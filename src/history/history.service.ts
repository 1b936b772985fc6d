import { Injectable } from '@nestjs/common';
import { seesAll, type Caller } from '../auth/caller';
import { Problem } from '../common/problem';
import { Sql, type Statement } from '../database/sql';
import type { HistoryEntryDto } from './history.dto';

const OWNER: Statement = { name: 'history_owner', text: 'SELECT caller FROM transactions WHERE transaction_id = $1' };

const ANSWER = `jsonb_strip_nulls(jsonb_build_object('answer_id', a.id::text, 'outcome', a.outcome, 'http_status', a.http_status, 'code', a.code,
  'message', a.message, 'description', a.description, 'api_response_id', a.api_response_id, 'duration_ms', a.duration_ms, 'data', a.data))`;

// What happened at the same instant is told in the order in which it came about: asked, then moved, then told.
const STORY: Statement = {
  name: 'history_story',
  text: `SELECT at, kind, from_status, to_status, cause, evidence FROM (
    SELECT a.asked_at AS at, 1 AS rank, a.id AS nth, CASE a.operation WHEN 'payment' THEN 'initiation' ELSE 'check' END AS kind,
      NULL AS from_status, NULL AS to_status, NULL AS cause, ${ANSWER} AS evidence
    FROM cinetpay_answers a WHERE a.transaction_id = $1 AND a.id IN (
      (SELECT id FROM cinetpay_answers WHERE transaction_id = $1 ORDER BY id DESC LIMIT $2)
      UNION SELECT answer_id FROM transaction_moves WHERE transaction_id = $1)
    UNION ALL
    SELECT m.at, 2, m.id, CASE WHEN m.review IS NULL THEN 'move' ELSE 'review' END, m.from_status, m.to_status, m.cause,
      CASE WHEN m.review IS NOT NULL THEN m.review ELSE ${ANSWER} END
    FROM transaction_moves m LEFT JOIN cinetpay_answers a ON a.transaction_id = m.transaction_id AND a.id = m.answer_id WHERE m.transaction_id = $1
    UNION ALL
    (SELECT n.received_at, 0, n.id, 'notification', NULL, NULL, NULL,
      jsonb_build_object('validity', n.validity, 'bytes', length(n.body), 'truncated', n.truncated)
    FROM notifications n WHERE n.transaction_id = $1 ORDER BY n.id DESC LIMIT $3)
    UNION ALL
    (SELECT w.at, 3, w.number, 'delivery', NULL, NULL, NULL, jsonb_strip_nulls(jsonb_build_object('event_id', d.event_id, 'type', e.type,
      'delivery_id', d.id, 'endpoint_id', d.endpoint_id, 'attempt', w.number, 'http_status', w.http_status, 'duration_ms', w.duration_ms, 'error', w.error))
    FROM events e JOIN webhook_deliveries d ON d.event_id = e.id JOIN webhook_attempts w ON w.delivery_id = d.id WHERE e.transaction_id = $1
      ORDER BY w.at DESC LIMIT $4)
  ) AS story ORDER BY at, rank, nth`,
};

/**
 * Our choice: a story has an end, and the newest of each kind tells it. What moved the payment, and the answer that each move rests on, is always
 * told: a day of tries makes more than a thousand answers, and anybody can post notifications.
 */
const NEWEST = { answers: 500, notifications: 200, attempts: 300 };

interface Entry {
  at: Date;
  kind: HistoryEntryDto['kind'];
  from_status: string | null;
  to_status: string | null;
  cause: string | null;
  evidence: Record<string, unknown>;
}

/** Reads one payment's story from the tables of the other folders. */
@Injectable()
export class History {
  constructor(private readonly sql: Sql) {}

  /** @throws Problem not_found, also for another caller's payment */
  async of(transactionId: string, caller: Caller): Promise<HistoryEntryDto[]> {
    const [owner] = await this.sql.rows<{ caller: string }>(OWNER, [transactionId]);
    if (!owner || !(seesAll(caller) || owner.caller === caller.name)) {
      throw new Problem('not_found', 'There is no payment with this transaction_id.');
    }
    const entries = await this.sql.rows<Entry>(STORY, [
      ...[transactionId, NEWEST.answers, NEWEST.notifications, NEWEST.attempts],
    ]);
    return entries.map(({ at, kind, from_status, to_status, cause, evidence }) => ({
      ...{ at, kind, from: from_status ?? undefined, to: to_status ?? undefined, cause: cause ?? undefined, evidence },
    }));
  }
}
