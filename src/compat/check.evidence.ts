import { Injectable } from '@nestjs/common';
import type { Statement } from '../database/sql';
import { Sql } from '../database/sql';

/** How old CinetPay's word may be before a client's question goes on to it (contract, section 7). */
const FRESH = `interval '2 seconds'`;

const HEARD_LATELY: Statement = {
  name: 'drop_in_heard_lately',
  text: `SELECT 1 FROM cinetpay_answers WHERE transaction_id = $1 AND operation = 'check'
      AND outcome IN ('claims_paid', 'refused', 'open', 'unpaid') AND asked_at > clock_timestamp() - ${FRESH} LIMIT 1`,
};

const DECIDED_BY: Statement = {
  name: 'drop_in_decided_by',
  text: `SELECT a.code, a.message, a.description, a.data ->> 'payment_date' AS payment_date FROM transaction_moves m
      LEFT JOIN cinetpay_answers a ON a.transaction_id = m.transaction_id AND a.id = m.answer_id
    WHERE m.transaction_id = $1 AND m.to_status = $2 AND m.from_status <> $2 ORDER BY m.id DESC LIMIT 1`,
};

/** What CinetPay's check said when it decided a payment; all null when a person decided. */
export interface Decisive {
  code: string | null;
  message: string | null;
  description: string | null;
  payment_date: string | null;
}

/** What CinetPay has said of a payment, as far as a client's check needs to know. */
@Injectable()
export class CheckEvidence {
  constructor(private readonly sql: Sql) {}

  /** Whether CinetPay has just answered a check of it. */
  async isFresh(transactionId: string): Promise<boolean> {
    return (await this.sql.rows(HEARD_LATELY, [transactionId])).length > 0;
  }

  /** The answer that moved it to where it is. */
  async decisive({
    transaction_id,
    status,
  }: {
    transaction_id: string;
    status: string;
  }): Promise<Decisive | undefined> {
    const [answer] = await this.sql.rows<Decisive>(DECIDED_BY, [transaction_id, status]);
    return answer;
  }
}
