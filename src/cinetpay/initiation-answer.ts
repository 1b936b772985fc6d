import { urlOf } from '../common/web-url';
import { CREATED, namesAccountCurrency, REFUSES_CONTENT, REFUSES_CREDENTIALS } from './codes';
import { factsOf, readEnvelope, unanswered, type Envelope, type Facts, type RawAnswer, type Without } from './envelope';
import type { InitiationOutcome } from './outcomes';

/** Longest counter link we hand on (our choice; the official example has 150 characters). */
const MAX_URL = 2048;

/**
 * What CinetPay's answer to an initiation means. A known code decides, whatever the HTTP status: integrators have seen
 * refusals under 200 and under 4xx. A code in no list is unclear, because the transaction may exist.
 */
export function readInitiation(raw: RawAnswer, apikey: string): { outcome: Without<InitiationOutcome>; facts: Facts } {
  const envelope = readEnvelope(raw.text);
  return { outcome: conclude(raw, envelope), facts: factsOf(raw.status, envelope, apikey) };
}

function conclude(raw: RawAnswer, envelope: Envelope | undefined): Without<InitiationOutcome> {
  const none = unanswered(raw, envelope);
  // A 429 that also hands out a counter contradicts itself: it must not count as "not processed".
  if (none) return none.kind === 'throttled' && envelope?.code === CREATED ? { kind: 'unclear' } : none;
  const { code, description, data } = envelope!;
  if (code === CREATED) return raw.status === 200 || raw.status === 201 ? counterOf(data) : { kind: 'unclear' };
  if (namesAccountCurrency(code, description)) return { kind: 'misconfigured', about: 'currency' };
  if (code !== null && REFUSES_CREDENTIALS.has(code)) return { kind: 'misconfigured', about: 'credentials' };
  if (code !== null && REFUSES_CONTENT.has(code)) return { kind: 'rejected' };
  return { kind: 'unclear' };
}

function counterOf(data: Record<string, unknown>): Without<InitiationOutcome> {
  const { payment_url: url, payment_token: token } = data;
  if (typeof url !== 'string' || !isLink(url)) return { kind: 'unclear' };
  // The link is what a customer needs; the token is its last part (official example).
  const last = url.split(/[?#]/, 1)[0]!.split('/').pop()!;
  return { kind: 'created', paymentUrl: url, paymentToken: isToken(token) ? token : last };
}

function isToken(token: unknown): token is string {
  return typeof token === 'string' && /^[\x21-\x7e]{1,500}$/.test(token);
}

// It goes into a Location header and a page of ours: http(s), visible ASCII, nothing else.
function isLink(url: string): boolean {
  return url.length <= MAX_URL && /^https?:\/\/[\x21-\x7e]+$/i.test(url) && urlOf(url) !== undefined;
}
