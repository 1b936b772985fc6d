import { MESSAGES, type Code } from '../facts/codes';
import { OPEN_TO_BROWSERS } from '../http/edge-pages';
import type { Reply } from '../http/exchange';
import { newApiResponseId } from '../state/ids';
import type { Settings } from '../state/settings';

/** CinetPay saying no: what rules return when they are broken. */
export interface Refusal {
  code: Code;
  description: string;
}

/** A refusal for code 608, by far the most frequent one. */
export function invalid(description: string): Refusal {
  return { code: '608', description };
}

/** 608 for a field that is absent, null or empty. */
export function missing(field: string): Refusal {
  return invalid(`Minimum required field: ${field} is missing`);
}

/** 624, whose own words say nothing; what is wrong comes after them. */
export function unprocessable(why: string): Refusal {
  return { code: '624', description: `An error occurred while processing the request: ${why}` };
}

/** A JSON answer of the API. */
export function envelope(
  status: number,
  code: string,
  body: Record<string, unknown>,
  headers?: Record<string, string>,
): Reply {
  const text = JSON.stringify({ code, ...body, api_response_id: newApiResponseId() });
  return { status, type: 'json', body: text, code, headers: { ...OPEN_TO_BROWSERS, ...headers } };
}

/** The error envelope: no `data`. */
export function refused(refusal: Refusal, settings: Settings): Reply {
  const { code, description } = refusal;
  return envelope(settings.error_http_status, code, { message: MESSAGES[code], description });
}

/** 429, always with that HTTP status; Retry-After in seconds where it is known. */
export function tooManyRequests(retryAfter: number | null | undefined): Reply {
  const headers: Record<string, string> = typeof retryAfter === 'number' ? { 'Retry-After': String(retryAfter) } : {};
  const description = 'Too many requests: your activity on the API is suspicious';
  return envelope(429, '429', { message: MESSAGES['429'], description }, headers);
}

/** The answer to an initiation that worked: HTTP 200 with the string code "201". */
export function created(token: string, address: string): Reply {
  return envelope(200, '201', {
    message: MESSAGES['201'],
    description: 'Transaction created with success',
    data: { payment_token: token, payment_url: `${address}/payment/${token}` },
  });
}
