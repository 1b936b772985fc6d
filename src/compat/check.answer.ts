import { PAID, STATUS_PAID, WAITING } from '../cinetpay/codes';
import type { Transaction } from '../payments/transaction.entity';
import type { Decisive } from './check.evidence';
import { envelope, enveloped, type Envelope } from './envelope';

/** CinetPay's way of saying that there is no date of payment. */
const NO_DATE = ' ';
// CinetPay's SDK for Laravel fails on each answer but 00 that has no description.
const NOT_YET = 'The customer has not paid yet, as far as is known';
const NOT_THROUGH = 'The payment did not go through';

/** What a client is told of a payment, in CinetPay's words (contract, section 7). `decisive`: what CinetPay said of a final one. */
export function checkAnswer(row: Transaction, decisive: Decisive | undefined): Envelope {
  // A contradiction about money is for a person to resolve; until then nobody knows.
  if (row.needs_review && row.status !== 'accepted') return waiting(row);
  switch (row.status) {
    case 'created':
    case 'pending':
    case 'expired':
      return waiting(row);
    case 'accepted':
      return envelope('00', {
        data: dataOf(row, STATUS_PAID, decisive?.payment_date?.trim() || dateOf(row.accepted_at)),
      });
    case 'rejected':
      return envelope('600', { description: NOT_THROUGH, data: dataOf(row, 'REFUSED', NO_DATE) });
    case 'refused':
      return refused(row, decisive);
  }
}

function waiting(row: Transaction): Envelope {
  return envelope('662', { description: NOT_YET, data: dataOf(row, 'WAITING_FOR_CUSTOMER', NO_DATE) });
}

function refused(row: Transaction, decisive: Decisive | undefined): Envelope {
  const data = dataOf(row, 'REFUSED', decisive?.payment_date?.trim() || NO_DATE);
  const { code = null, message = null, description = null } = decisive ?? {};
  // A person's refusal has no code, and one that means paid or open would contradict the status.
  if (code === null || code === PAID || WAITING.has(code)) return envelope('600', { description: NOT_THROUGH, data });
  return enveloped({ code, message: message ?? '', description: description || NOT_THROUGH, data });
}

function dataOf(row: Transaction, status: string, payment_date: string): Envelope['data'] {
  return {
    amount: String(row.amount),
    currency: row.currency,
    status,
    payment_method: row.payment_method,
    description: row.description,
    metadata: row.metadata,
    operator_id: row.operator_id,
    payment_date,
    fund_availability_date: row.fund_availability_date === null ? null : `${row.fund_availability_date} 00:00:00`,
  };
}

/** `YYYY-MM-DD HH:mm:ss` in UTC, which is also local time in Abidjan. */
export function dateOf(at: Date | null): string {
  return at === null ? NO_DATE : at.toISOString().slice(0, 19).replace('T', ' ');
}
