import type { Answer, CheckOutcome, InitiationOutcome, PaidClaim, PaymentDetails } from '../../src/cinetpay/outcomes';
import type { Transaction } from '../../src/payments/transaction.entity';

export const START = new Date('2026-11-02T08:00:00.000Z');
/** The configuration's own lists. */
export const SCHEDULES = { checks: [60, 300, 900, 3600, 21600, 86400, 259200], retries: [2, 5, 15, 30, 60] };

/** `seconds` after the order was saved. */
export const at = (seconds: number): Date => new Date(START.getTime() + seconds * 1000);

/** A row as the insert leaves it: with the first try under way. */
export function saved(fields: Partial<Transaction> = {}): Transaction {
  return {
    ...{ transaction_id: 'ORDER1', caller: 'shop', origin: 'api', idempotency_key: null, order_reference: '1' },
    ...{
      site_id: '100001',
      integration: 'redirect',
      amount: 2500,
      currency: 'XOF',
      description: 'Order',
      return_url: null,
    },
    ...{ channels: 'ALL', lang: 'fr', metadata: null, invoice_data: null, alternative_currency: null, customer: null },
    ...{ lock_phone_number: false, card_available: false, drop_in: null, notify_endpoint_id: null, wire_body: '{}' },
    ...{ checkout_token: 't', status: 'created', status_reason: null, needs_review: false, closed: false },
    ...{
      payment_url: null,
      payment_token: null,
      payment_method: null,
      operator_id: null,
      fund_availability_date: null,
    },
    ...{ created_at: START, updated_at: START, accepted_at: null, revision: 1, lease_number: 1, lease_until: at(10) },
    ...{ wake_number: 0, woken_at: null, wake_allowed_at: null, initiation: 'send', maybe_sent: true },
    ...{ initiation_attempts: 0, next_initiation_at: START, checks_from: null, failed_checks: 0, next_check_at: null },
    ...fields,
  };
}

const INITIATED = { initiation: null, next_initiation_at: null } as const;
const LINK = { payment_url: 'https://checkout.cinetpay.com/payment/abc', payment_token: 'abc' };

/** A seamless order: its script opens the counter, so its checks begin with it. */
export const seamless = (fields: Partial<Transaction> = {}): Transaction =>
  saved({
    integration: 'seamless',
    ...INITIATED,
    maybe_sent: false,
    checks_from: START,
    next_check_at: at(60),
    ...fields,
  });
/** With its link since `START`. */
export const pending = (fields: Partial<Transaction> = {}): Transaction =>
  saved({ status: 'pending', ...INITIATED, ...LINK, checks_from: START, next_check_at: at(60), ...fields });
export const refusedRow = (): Transaction => pending({ status: 'refused', next_check_at: at(3_600) });
export const expiredRow = (): Transaction => pending({ status: 'expired', next_check_at: at(3_600) });
export const rejectedRow = (): Transaction => saved({ status: 'rejected', ...INITIATED, status_reason: '608 INVALID' });
export const acceptedRow = (): Transaction => pending({ status: 'accepted', accepted_at: START, next_check_at: null });

export const DETAILS: PaymentDetails = { paymentMethod: 'OM', operatorId: 'MP1', fundAvailabilityDate: '2026-11-04' };
/** Says what is true of `saved()`. */
export const CLAIM: PaidClaim = {
  complete: true,
  amount: '2500',
  currency: 'XOF',
  siteId: undefined,
  transactionId: undefined,
};

const answer = (operation: Answer['operation'], outcome: string, code: string | null = null): Answer => ({
  ...{ operation, outcome, code, durationMs: 1, httpStatus: 200, message: code === null ? null : 'WORDS' },
  ...{ description: null, apiResponseId: null, data: null },
});

/** Claims of a payment, the true one with every change laid over it. */
export const paid = (changes: Partial<PaidClaim> = {}): CheckOutcome => ({
  ...{
    kind: 'claims_paid',
    claim: { ...CLAIM, ...changes },
    details: DETAILS,
    answer: answer('check', 'claims_paid', '00'),
  },
});
export const REFUSED: CheckOutcome = { kind: 'refused', details: DETAILS, answer: answer('check', 'refused', '600') };
export const OPEN: CheckOutcome = { kind: 'open', details: DETAILS, answer: answer('check', 'open', '662') };
export const UNPAID: CheckOutcome = { kind: 'unpaid', answer: answer('check', 'unpaid', '608') };

const KINDS_OF_SILENCE = ['throttled', 'not_sent', 'blocked', 'unclear'] as const;
const silences = (operation: Answer['operation']) =>
  KINDS_OF_SILENCE.map((kind) => ({ kind, retryAfterMs: undefined, answer: answer(operation, kind) }));
/** Whatever tells nothing about the payment. */
export const NO_ANSWER: CheckOutcome[] = [
  ...silences('check'),
  { kind: 'misconfigured', about: 'credentials', answer: answer('check', 'misconfigured', '609') },
];

export const CREATED: InitiationOutcome = {
  ...{ kind: 'created', paymentUrl: 'https://checkout.cinetpay.com/payment/new', paymentToken: 'new' },
  answer: answer('payment', 'created', '201'),
};
export const REJECTIONS: InitiationOutcome[] = [
  { kind: 'rejected', answer: answer('payment', 'rejected', '608') },
  { kind: 'misconfigured', about: 'credentials', answer: answer('payment', 'misconfigured', '609') },
  { kind: 'misconfigured', about: 'currency', answer: answer('payment', 'misconfigured', '608') },
];
export const NO_LINK: InitiationOutcome[] = silences('payment');
