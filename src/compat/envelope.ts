import { wallClock } from '../common/clock';
import { randomDigits } from '../common/ids';

/** CinetPay's message of each code that we answer with (official pages; 603 is its 2021 manual's). */
const MESSAGES = {
  '00': 'SUCCES',
  '201': 'CREATED',
  '202': 'ACCEPTED',
  '404': 'NOT_FOUND',
  '429': 'TOO_MANY_REQUEST',
  '600': 'PAYMENT_FAILED',
  '603': 'SERVICE_UNAVAILABLE',
  '608': 'MINIMUM_REQUIRED_FIELDS',
  '609': 'AUTH_NOT_FOUND',
  '613': 'ERROR_SITE_ID_NOTVALID',
  '624': 'UNKNOWN_ERROR',
  '662': 'WAITING_CUSTOMER_PAYMENT',
} as const;
export type Code = keyof typeof MESSAGES;

/** What CinetPay answers with. A fault has a description and no data. */
export interface Envelope {
  /** Text, always: clients compare it with "201" and "00". */
  code: string;
  message: string;
  description?: string;
  data?: Record<string, string | null>;
  /** `<unix seconds>.<4 digits>`, as in every answer of CinetPay. */
  api_response_id: string;
}

/** An answer with a code of ours; `message` only where CinetPay's own says more. */
export function envelope(code: Code, rest: Omit<Partial<Envelope>, 'code' | 'api_response_id'>): Envelope {
  return enveloped({ code, message: MESSAGES[code], ...rest });
}

/** An answer in CinetPay's own words. */
export function enveloped(said: Omit<Envelope, 'api_response_id'>): Envelope {
  return { ...said, api_response_id: `${Math.floor(wallClock().getTime() / 1000)}.${randomDigits(4)}` };
}
