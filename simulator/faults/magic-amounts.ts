import type { Code } from '../facts/codes';
import type { Fault } from './faults';

/** Something that happens at the counter by itself. */
export interface MagicStep {
  /** Seconds after the transaction was created. */
  after_seconds: number;
  act: 'pay' | 'refuse' | 'cancel' | 'wait';
  code?: Code;
}

/** An amount that chooses a behaviour, in every currency. */
export interface MagicAmount {
  amount: number;
  /** One line for the landing page and the docs. */
  meaning: string;
  /** Hits the first initiation of a transaction_id only: sending it again works. */
  first_initiation?: Fault;
  steps?: MagicStep[];
  /** Hits every notification of the transaction. */
  notify?: Fault;
  /** Hits every check of the transaction. */
  check?: Fault;
}

const PAY: MagicStep[] = [{ after_seconds: 1, act: 'pay' }];

/** The whole table. Exact amounts, so that no ordinary price meets one by accident; all lie inside every currency's limits. */
export const MAGIC_AMOUNTS: readonly MagicAmount[] = [
  { amount: 1905, meaning: 'accepted by itself after 1 s', steps: PAY },
  { amount: 1910, meaning: 'refused after 1 s: 600 PAYMENT_FAILED', steps: [refuse('600')] },
  { amount: 1915, meaning: 'refused after 1 s: 602 INSUFFICIENT_BALANCE', steps: [refuse('602')] },
  { amount: 1920, meaning: 'refused after 1 s: 604 OTP_CODE_ERROR', steps: [refuse('604')] },
  {
    amount: 1925,
    meaning: 'cancelled by the customer after 1 s: 627 TRANSACTION_CANCEL',
    steps: [{ after_seconds: 1, act: 'cancel' }],
  },
  {
    amount: 1930,
    meaning: 'waits for the customer for ever: 623 WAITING_CUSTOMER_TO_VALIDATE',
    steps: [{ after_seconds: 1, act: 'wait', code: '623' }],
  },
  {
    amount: 1935,
    meaning: 'refused after 1 s, accepted after 5 s on the same counter',
    steps: [refuse('600'), { after_seconds: 5, act: 'pay' }],
  },
  {
    amount: 1940,
    meaning: 'first initiation answered 429 TOO_MANY_REQUEST, Retry-After 1; the next one works',
    first_initiation: { kind: 'status', status: 429, retry_after: 1 },
  },
  {
    amount: 1945,
    meaning: 'first initiation created at once but answered after 15 s',
    first_initiation: { kind: 'delay', delay_ms: 15_000 },
  },
  {
    amount: 1950,
    meaning: 'first initiation created, its answer lost: the connection closes',
    first_initiation: { kind: 'drop_response' },
  },
  {
    amount: 1955,
    meaning: 'first initiation answered by an HTML page with status 503; the next one works',
    first_initiation: { kind: 'html', status: 503 },
  },
  {
    amount: 1960,
    meaning: 'accepted after 1 s, the check answers another amount',
    steps: PAY,
    check: { kind: 'wrong_amount' },
  },
  {
    amount: 1965,
    meaning: 'accepted after 1 s, the check answers another currency',
    steps: PAY,
    check: { kind: 'wrong_currency' },
  },
  { amount: 1970, meaning: 'accepted after 1 s, the notification is lost', steps: PAY, notify: { kind: 'lost' } },
  { amount: 1975, meaning: 'accepted after 1 s, notified twice at once', steps: PAY, notify: { kind: 'duplicate' } },
  {
    amount: 1980,
    meaning: 'accepted after 1 s, a forged notification comes beside the real one',
    steps: PAY,
    notify: { kind: 'forged' },
  },
  {
    amount: 1985,
    meaning: 'accepted after 1 s, notified 10 s later',
    steps: PAY,
    notify: { kind: 'late', delay_ms: 10_000 },
  },
  {
    amount: 1990,
    meaning: 'paid and notified before the initiation is answered',
    first_initiation: { kind: 'early' },
  },
];

function refuse(code: Code): MagicStep {
  return { after_seconds: 1, act: 'refuse', code };
}

const BY_AMOUNT = new Map(MAGIC_AMOUNTS.map((entry) => [entry.amount, entry]));

/** The behaviour an amount chooses, if it is one of the table. */
export function magicOf(amount: unknown): MagicAmount | undefined {
  return BY_AMOUNT.get(Number(amount));
}
