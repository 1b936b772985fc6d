import type { Journal } from './journal';

/** The operations of the API: an initiation, a check, a page that goes on under a new device id. */
export type Operation = 'payment' | 'check' | 'device';
/** HTTP status of an answer, 'none' when the other side got or gave none, null while it is on its way. */
export type Answered = number | 'none' | null;

/** One request to /v2/payment, /v2/payment/check or /v2/seamless/device, refused, throttled and faulted ones too. */
export interface Call {
  number: number;
  /** When its headers arrived. */
  at: string;
  operation: Operation;
  /** As sent; null where the body does not tell. */
  site_id: string | null;
  transaction_id: string | null;
  /** The body, byte for byte as UTF-8. */
  raw_body: string;
  answered: Answered;
  /** CinetPay's code in the answer, null where it has none. */
  code: string | null;
  answered_at: string | null;
  /** The fault that hit it. */
  fault: string | null;
}

/** Money taken from a customer: written exactly once per payment. */
export interface Capture {
  at: string;
  transaction_id: string;
  site_id: string;
  amount: number;
  currency: string;
  payment_method: string | null;
}

/** One notification POST, or one GET ping, that left. */
export interface SentNotification {
  number: number;
  at: string;
  transaction_id: string;
  site_id: string;
  answered: Answered;
  /** `cpm_error_message`; empty for a ping. */
  message: string;
  /** false for a forged one. */
  genuine: boolean;
}

/** What really happened, append-only: the judge of every test. */
export class Ledger {
  readonly calls: Call[] = [];
  readonly captures: Capture[] = [];
  readonly notifications: SentNotification[] = [];
  readonly pings: SentNotification[] = [];
  private readonly callsById = new Map<string, Call[]>();
  private readonly open = new Map<number, Call>();
  private next = 1;

  constructor(private journal: Journal) {}

  arrived(at: string, operation: Operation): Call {
    const call: Call = {
      ...{ number: this.next++, at, operation, site_id: null, transaction_id: null, raw_body: '' },
      ...{ answered: null, code: null, answered_at: null, fault: null },
    };
    this.calls.push(call);
    this.open.set(call.number, call);
    return call;
  }

  /** Keeps what the body told; called once, as soon as the body is read or broken off. What a reset forgot stays forgotten. */
  identified(call: Call): void {
    if (!this.open.has(call.number)) return;
    this.indexCall(call);
    this.journal.write({ kind: 'call', ...call });
  }

  answered(call: Call, answered: Answered, code: string | null): void {
    if (!this.open.delete(call.number)) return;
    call.answered = answered;
    call.code = answered === 'none' ? null : code;
    call.answered_at = new Date().toISOString();
    const { number, answered_at, fault } = call;
    this.journal.write({ kind: 'answer', number, answered, code: call.code, answered_at, fault });
  }

  captured(capture: Capture): void {
    this.captures.push(capture);
    this.journal.write({ kind: 'capture', ...capture });
  }

  sending(
    list: 'notifications' | 'pings',
    { transaction_id, site_id }: Pick<Capture, 'transaction_id' | 'site_id'>,
    message: string,
    genuine: boolean,
  ): SentNotification {
    const at = new Date().toISOString();
    const sent = { number: this.next++, at, transaction_id, site_id, answered: null, message, genuine };
    this[list].push(sent);
    return sent;
  }

  sent(list: 'notifications' | 'pings', notification: SentNotification, answered: Answered): void {
    notification.answered = answered;
    if (this[list].lastIndexOf(notification) < 0) return;
    this.journal.write({ kind: list, ...notification });
  }

  /** The requests of a transaction id, whatever their site. */
  requestsOf(transactionId: string): readonly Call[] {
    return this.callsById.get(transactionId) ?? [];
  }

  clear(): void {
    for (const list of [this.calls, this.captures, this.notifications, this.pings]) list.length = 0;
    this.callsById.clear();
    this.open.clear();
  }

  useJournal(journal: Journal): void {
    this.journal = journal;
  }

  restoreCall(call: Call): void {
    this.calls.push(call);
    this.open.set(call.number, call);
    this.next = Math.max(this.next, call.number + 1);
    this.indexCall(call);
  }

  restoreAnswer(answer: Pick<Call, 'number' | 'answered' | 'code' | 'answered_at' | 'fault'>): void {
    const call = this.open.get(answer.number);
    this.open.delete(answer.number);
    if (call) Object.assign(call, answer);
  }

  restoreSent(list: 'notifications' | 'pings', notification: SentNotification): void {
    this[list].push(notification);
    this.next = Math.max(this.next, notification.number + 1);
  }

  /** After a restart: what was on its way when the program ended got no answer, and order is that of arrival again. */
  reopened(): void {
    for (const call of this.open.values()) call.answered = 'none';
    this.open.clear();
    for (const list of [this.calls, this.notifications, this.pings]) list.sort((a, b) => a.number - b.number);
  }

  private indexCall(call: Call): void {
    if (call.transaction_id === null) return;
    const known = this.callsById.get(call.transaction_id);
    if (known) known.push(call);
    else this.callsById.set(call.transaction_id, [call]);
  }
}
