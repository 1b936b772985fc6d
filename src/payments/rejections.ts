import { Injectable } from '@nestjs/common';
import { INVALID, REFUSES_CREDENTIALS } from '../cinetpay/codes';
import { Problem, type CinetpayFault, type ProblemCode } from '../common/problem';
import { Sql } from '../database/sql';
import type { Transaction } from './transaction.entity';

interface Answer {
  outcome: string;
  code: string | null;
  message: string | null;
  description: string | null;
  api_response_id: string | null;
}

const LAST_WORD = {
  name: 'transaction_rejected_by',
  text: `SELECT a.outcome, a.code, a.message, a.description, a.api_response_id FROM transaction_moves m
    JOIN cinetpay_answers a ON a.transaction_id = m.transaction_id AND a.id = m.answer_id WHERE m.transaction_id = $1 AND m.to_status = 'rejected' ORDER BY m.id DESC LIMIT 1`,
};

/** Tells a caller why a payment was rejected: the first time and every time the same order comes again. */
@Injectable()
export class Rejections {
  constructor(private readonly sql: Sql) {}

  /** The problem that a rejected payment is answered with, made of CinetPay's stored words. */
  async problemOf({ transaction_id, status_reason }: Transaction): Promise<Problem> {
    const location = `/v1/payments/${transaction_id}`;
    if (status_reason === 'link_lost') {
      const detail =
        'CinetPay has this transaction_id, but its link never reached us. Order again with a new transaction_id.';
      return new Problem('link_lost', detail, { transaction_id, location });
    }
    const [answer] = await this.sql.rows<Answer>(LAST_WORD, [transaction_id]);
    const kind = kindOf(answer);
    return new Problem(kind, DETAILS[kind], { transaction_id, location, cinetpay: answer && wordsOf(answer) });
  }
}

type Kind = Extract<ProblemCode, 'cinetpay_rejected' | 'cinetpay_currency' | 'cinetpay_misconfigured'>;

const DETAILS: Record<Kind, string> = {
  cinetpay_rejected: 'CinetPay refused what the order says; mend what its description names and order again.',
  cinetpay_currency: "The site's CinetPay account collects another currency: its configuration has to be mended.",
  cinetpay_misconfigured:
    'CinetPay refused the credentials of this site: its configuration has to be mended, then order again.',
};

function kindOf(answer: Answer | undefined): Kind {
  if (answer?.outcome !== 'misconfigured') return 'cinetpay_rejected';
  return REFUSES_CREDENTIALS.has(answer.code ?? INVALID) ? 'cinetpay_misconfigured' : 'cinetpay_currency';
}

function wordsOf({ code, message, description, api_response_id }: Answer): CinetpayFault {
  return { code: code ?? '', message: message ?? '', description: description ?? '', api_response_id };
}
