/** One call to CinetPay as it is kept in `cinetpay_answers`: no credentials, nothing of the customer. */
export interface Answer {
  operation: 'payment' | 'check' | 'device';
  /** The outcome's `kind`. */
  outcome: string;
  durationMs: number;
  httpStatus: number | null;
  code: string | null;
  message: string | null;
  description: string | null;
  apiResponseId: string | null;
  /** The check's redacted `data`: amount, currency, status, method, operator, dates and what names site or id. */
  data: Record<string, unknown> | null;
}

interface Answered {
  answer: Answer;
}

/** CinetPay did not process the call, or we cannot know: nothing was learnt about the payment. */
export type Unanswered =
  /** 429, by HTTP status or by code, JSON or not. Not processed. */
  | ({ kind: 'throttled'; retryAfterMs: number | undefined } & Answered)
  /** No connection, or no byte of the request left: certainly not processed. */
  | ({ kind: 'not_sent' } & Answered)
  /** An HTML 4xx of the edge (403, 1010, localhost): not processed, and not by CinetPay's own word. */
  | ({ kind: 'blocked' } & Answered)
  /** Sent, and no answer that says what happened: time-out, reset, 5xx, not JSON, a code that is in no list. */
  | ({ kind: 'unclear' } & Answered);

/** What came of asking CinetPay for a link (section 4 of the contract). */
export type InitiationOutcome =
  | ({ kind: 'created'; paymentUrl: string; paymentToken: string } & Answered)
  /** 608, 624, 635, 636, 641, 642: the content. */
  | ({ kind: 'rejected' } & Answered)
  /** 609, 613: our credentials. `currency`: 608 naming the account's currency. */
  | ({ kind: 'misconfigured'; about: 'credentials' | 'currency' } & Answered)
  | Unanswered;

/** What CinetPay says of a payment (section 5 of the contract). */
export type CheckOutcome =
  /** 00 or ACCEPTED, as claimed: verification compares it with the row before it believes anything. */
  | ({ kind: 'claims_paid'; claim: PaidClaim; details: PaymentDetails } & Answered)
  /** REFUSED, CANCELLED, CANCELED. */
  | ({ kind: 'refused'; details: PaymentDetails } & Answered)
  /** WAITING_*, PENDING, CREATED, 623, 662, 663, 664. */
  | ({ kind: 'open'; details: PaymentDetails } & Answered)
  /** Any other envelope, unknown id and 625 included: answered, and not paid. */
  | ({ kind: 'unpaid' } & Answered)
  /** 609, 613: our credentials; nothing about the payment. */
  | ({ kind: 'misconfigured'; about: 'credentials' } & Answered)
  | Unanswered;

/** What came of telling CinetPay that a page goes on under another device id. */
export type DeviceOutcome =
  /** 202. */
  | ({ kind: 'attached' } & Answered)
  /** Any other envelope: CinetPay does not know the device, or does not want to. */
  | ({ kind: 'unattached' } & Answered)
  | Unanswered;

/** What a check that says "paid" states, unconverted. */
export interface PaidClaim {
  /** Code "00" AND status ACCEPTED, not only one of the two. */
  complete: boolean;
  amount: unknown;
  currency: unknown;
  /** Only if the answer names them. */
  siteId: unknown;
  transactionId: unknown;
}

/** What a check tells about how the customer pays; null where it says nothing. */
export interface PaymentDetails {
  paymentMethod: string | null;
  operatorId: string | null;
  /** `YYYY-MM-DD`. */
  fundAvailabilityDate: string | null;
}

export type CallOutcome = InitiationOutcome | CheckOutcome | DeviceOutcome;

/** The budget gave no slot: nothing was sent and no attempt is counted. */
export interface NoSlot {
  kind: 'no_slot';
  /** Milliseconds after which asking again makes sense. */
  retryInMs: number;
}

/** In whose name a slot of the budget is asked for (section 6 of the contract). */
export type Lane = 'initiation' | 'woken' | 'scheduled';
