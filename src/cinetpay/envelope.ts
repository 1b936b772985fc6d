import { retryAfterMs } from '../common/backoff';
import { TOO_MANY_REQUESTS } from './codes';
import type { Answer, Unanswered } from './outcomes';
import { keptMessage, keptText } from './redaction';
import type { AnswerHead } from './undici.adapter';

/** An HTTP answer, complete, before anybody has made sense of it. */
export interface RawAnswer extends AnswerHead {
  text: string;
}

/** CinetPay's JSON envelope: `code`, `message`, `description`, `data`, `api_response_id`, none of them certain. */
export interface Envelope {
  /** As text; null when there is none. */
  code: string | null;
  description: unknown;
  data: Record<string, unknown>;
  fields: Record<string, unknown>;
}

/** The answer's facts for `cinetpay_answers`; the caller of a reader adds outcome and duration. */
export type Facts = Omit<Answer, 'operation' | 'outcome' | 'durationMs'>;

/** What a reader concludes, without the answer that goes with it. */
export type Without<Outcome> = Outcome extends unknown ? Omit<Outcome, 'answer'> : never;

/** Reads a body as CinetPay's envelope, or gives undefined. Total: no body makes it throw. */
export function readEnvelope(text: string): Envelope | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
  } catch {
    return undefined;
  }
  if (!isRecord(parsed)) return undefined;
  const { code, description, data } = parsed;
  return {
    code: typeof code === 'string' || typeof code === 'number' ? String(code) : null,
    description,
    data: isRecord(data) ? data : {},
    fields: parsed,
  };
}

/** What is kept of an envelope, whatever it concludes to; `data` is for a check only. */
export function factsOf(status: number, envelope: Envelope | undefined, apikey: string): Facts {
  const { message, description, api_response_id } = envelope?.fields ?? {};
  return {
    httpStatus: status,
    code: keptText(envelope?.code, apikey),
    message: keptMessage(message, apikey),
    description: keptMessage(description, apikey),
    apiResponseId: keptText(api_response_id, apikey),
    data: null,
  };
}

/**
 * What an answer means that is not CinetPay's own word about the order: 429, an HTML page of the edge, or no envelope.
 * Undefined when it is an envelope to be read.
 */
export function unanswered(raw: RawAnswer, envelope: Envelope | undefined): Without<Unanswered> | undefined {
  if (raw.status === 429 || envelope?.code === TOO_MANY_REQUESTS) {
    return { kind: 'throttled', retryAfterMs: retryAfterMs(raw.headers['retry-after']) };
  }
  if (envelope) return undefined;
  const isEdgePage = raw.status >= 400 && raw.status < 500 && !meansJson(raw);
  return { kind: isEdgePage ? 'blocked' : 'unclear' };
}

// Broken JSON is CinetPay's own word cut off, not a page of the edge: it may have processed the call.
function meansJson(raw: RawAnswer): boolean {
  return /json/i.test(raw.headers['content-type'] ?? '') || /^\s*[[{"]/.test(raw.text);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
