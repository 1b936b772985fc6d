/** One fault of a request: where (RFC 6901 pointer), what kind, and a sentence for a person. */
export interface FieldFault {
  pointer: string;
  code: 'required' | 'type' | 'length' | 'format' | 'range' | 'multiple_of_5' | 'not_allowed' | 'unknown_field';
  detail: string;
}

/** What CinetPay said, when a problem comes from there. */
export interface CinetpayFault {
  code: string;
  message: string;
  description: string;
  api_response_id: string | null;
}

/** What a caller may do after a problem: send the same again, change the request, or stop. */
export type SafeToRetry = 'same_request' | 'new_request' | 'never';

interface Kind {
  status: number;
  title: string;
  safeToRetry: SafeToRetry;
}

/** Every problem this service answers with. The code is the contract; the title is for people. */
const KINDS = {
  validation_failed: { status: 400, title: 'The request has faults', safeToRetry: 'new_request' },
  malformed_json: { status: 400, title: 'The body is not a JSON object', safeToRetry: 'new_request' },
  malformed_request: { status: 400, title: 'This is not a request that HTTP allows', safeToRetry: 'new_request' },
  unauthorized: { status: 401, title: 'A valid API key is needed', safeToRetry: 'new_request' },
  forbidden: { status: 403, title: 'This API key may not do that', safeToRetry: 'never' },
  not_found: { status: 404, title: 'There is no such thing', safeToRetry: 'never' },
  method_not_allowed: { status: 405, title: 'Not with this method', safeToRetry: 'never' },
  request_timeout: { status: 408, title: 'The request took too long to arrive', safeToRetry: 'same_request' },
  transaction_id_reused: {
    status: 409,
    title: 'This transaction_id carries another order',
    safeToRetry: 'new_request',
  },
  transaction_id_taken: { status: 409, title: 'This transaction_id is taken', safeToRetry: 'new_request' },
  order_already_open: { status: 409, title: 'This order has an open payment', safeToRetry: 'never' },
  order_already_paid: { status: 409, title: 'This order is paid', safeToRetry: 'never' },
  conflict: { status: 409, title: 'Not in this state', safeToRetry: 'never' },
  position_gone: { status: 410, title: 'The feed no longer reaches back to this position', safeToRetry: 'new_request' },
  payload_too_large: { status: 413, title: 'The body is too large', safeToRetry: 'new_request' },
  unsupported_media_type: {
    status: 415,
    title: 'The body is of a kind that is not read here',
    safeToRetry: 'new_request',
  },
  expectation_failed: { status: 417, title: 'The header Expect asks for what is not done', safeToRetry: 'new_request' },
  idempotency_key_reused: {
    status: 422,
    title: 'This Idempotency-Key came with another request',
    safeToRetry: 'new_request',
  },
  cinetpay_rejected: { status: 422, title: 'CinetPay refused this payment', safeToRetry: 'new_request' },
  cinetpay_currency: { status: 422, title: "CinetPay refused the account's currency", safeToRetry: 'never' },
  cinetpay_misconfigured: { status: 502, title: 'CinetPay refused our credentials', safeToRetry: 'new_request' },
  link_lost: { status: 422, title: 'The link to the counter was lost', safeToRetry: 'new_request' },
  no_site_for_currency: { status: 422, title: 'No site takes this currency', safeToRetry: 'never' },
  site_ambiguous: { status: 422, title: 'Several sites take this currency', safeToRetry: 'new_request' },
  site_unknown: { status: 422, title: 'There is no such site', safeToRetry: 'new_request' },
  site_currency_mismatch: { status: 422, title: 'This site takes another currency', safeToRetry: 'new_request' },
  site_not_allowed: { status: 422, title: 'This caller may not use this site', safeToRetry: 'new_request' },
  seamless_not_allowed: { status: 422, title: 'This site does not allow seamless', safeToRetry: 'new_request' },
  rate_limited: { status: 429, title: 'Too many requests', safeToRetry: 'same_request' },
  headers_too_large: { status: 431, title: 'The headers are too large', safeToRetry: 'new_request' },
  internal: { status: 500, title: 'Something went wrong on our side', safeToRetry: 'same_request' },
  backlog_full: { status: 503, title: 'Too many orders are waiting for CinetPay', safeToRetry: 'same_request' },
  site_paused: { status: 503, title: 'Payments of this site are paused', safeToRetry: 'same_request' },
  not_ready: { status: 503, title: 'Not ready for requests', safeToRetry: 'same_request' },
  storage_unavailable: { status: 503, title: 'The database cannot be reached', safeToRetry: 'same_request' },
} as const satisfies Record<string, Kind>;

export type ProblemCode = keyof typeof KINDS;

/** What a problem may carry beyond its kind. */
export interface ProblemExtras {
  errors?: FieldFault[];
  /** Faults beyond those in `errors`; absent when there are none. */
  errorsOmitted?: number;
  transaction_id?: string;
  cinetpay?: CinetpayFault;
  /** Seconds; becomes the `Retry-After` header. */
  retryAfterSeconds?: number;
  /** Becomes the `Location` header. */
  location?: string;
  safeToRetry?: SafeToRetry;
}

/** An answer that is not a success. The one filter turns it into `application/problem+json` (RFC 9457). */
export class Problem extends Error {
  readonly status: number;
  readonly title: string;
  readonly safeToRetry: SafeToRetry;

  constructor(
    readonly kind: ProblemCode,
    readonly detail: string,
    readonly extras: ProblemExtras = {},
  ) {
    // An answer, not a fault of ours: its stack is never read, and collecting it would cost more than the rest of a refusal.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(kind);
    Error.stackTraceLimit = stackTraceLimit;
    this.name = 'Problem';
    this.status = KINDS[kind].status;
    this.title = KINDS[kind].title;
    this.safeToRetry = extras.safeToRetry ?? KINDS[kind].safeToRetry;
  }

  /** The public code: the account's currency and the credentials are one code under two statuses (design: 502 / 422). */
  get code(): string {
    if (this.kind === 'cinetpay_currency') return 'cinetpay_misconfigured';
    if (this.kind === 'link_lost') return 'cinetpay_rejected';
    return this.kind;
  }
}
