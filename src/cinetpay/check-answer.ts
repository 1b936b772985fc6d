import { isOpenStatus, PAID, REFUSES_CREDENTIALS, SAYS_NOTHING, STATUS_PAID, STATUSES_REFUSED, WAITING } from './codes';
import { factsOf, readEnvelope, unanswered, type Envelope, type Facts, type RawAnswer, type Without } from './envelope';
import type { CheckOutcome, PaidClaim, PaymentDetails } from './outcomes';
import { keptData, keptText } from './redaction';

/** What CinetPay's answer to a check means (contract, section 5). Total, and it never believes: it only reports claims. */
export function readCheck(raw: RawAnswer, apikey: string): { outcome: Without<CheckOutcome>; facts: Facts } {
  const envelope = readEnvelope(raw.text);
  const facts = factsOf(raw.status, envelope, apikey);
  const data = envelope ? keptData(envelope, apikey) : null;
  return { outcome: conclude(raw, envelope, apikey), facts: { ...facts, data } };
}

function conclude(raw: RawAnswer, envelope: Envelope | undefined, apikey: string): Without<CheckOutcome> {
  const none = unanswered(raw, envelope);
  if (none) return none;
  const { code } = envelope!;
  if (code !== null && REFUSES_CREDENTIALS.has(code)) return { kind: 'misconfigured', about: 'credentials' };
  if (raw.status >= 500 || (code !== null && SAYS_NOTHING.has(code))) return { kind: 'unclear' };
  return byStatus(envelope!, apikey);
}

// The status is read first and the code is the reason, because published code lists disagree (664 is fraud in one).
function byStatus(envelope: Envelope, apikey: string): Without<CheckOutcome> {
  const { code, data } = envelope;
  const status = typeof data.status === 'string' ? data.status : null;
  const details = detailsOf(data, apikey);
  if (isOpenStatus(status)) return { kind: 'open', details };
  // A 00 beside REFUSED contradicts itself about money: reported as a claim that is not complete, for a person to decide.
  if (status === STATUS_PAID || code === PAID)
    return { kind: 'claims_paid', claim: claimOf(envelope, status), details };
  if (status !== null && STATUSES_REFUSED.has(status)) return { kind: 'refused', details };
  if (code === null) return { kind: 'unclear' };
  return WAITING.has(code) ? { kind: 'open', details } : { kind: 'unpaid' };
}

function claimOf({ code, data, fields }: Envelope, status: string | null): PaidClaim {
  return {
    complete: code === PAID && status === STATUS_PAID,
    amount: data.amount,
    currency: data.currency,
    siteId: named([fields, data], ['cpm_site_id', 'site_id']),
    transactionId: named([fields, data], ['cpm_trans_id', 'transaction_id']),
  };
}

/** What an answer calls its site or transaction: nothing, one value, or all of them when it contradicts itself. */
function named(places: Record<string, unknown>[], names: string[]): unknown {
  const values = places.flatMap((place) => names.map((name) => place[name]));
  const said = values.filter((value) => value !== undefined && value !== null && value !== '');
  // Only words are compared: an object may have a toString that is none.
  return said.every((value) => isWord(value) && String(value) === String(said[0])) ? said[0] : said;
}

function isWord(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}

function detailsOf(data: Record<string, unknown>, apikey: string): PaymentDetails {
  const text = (value: unknown): string | null => keptText(value, apikey)?.trim() || null;
  return {
    paymentMethod: text(data.payment_method),
    operatorId: text(data.operator_id),
    // "YYYY-MM-DD 00:00:00"; a single space where there is none.
    fundAvailabilityDate: /^\d{4}-\d{2}-\d{2}/.exec(text(data.fund_availability_date) ?? '')?.[0] ?? null,
  };
}
