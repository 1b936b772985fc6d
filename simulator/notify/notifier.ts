import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Fault, Faults } from '../faults/faults';
import { magicOf } from '../faults/magic-amounts';
import { seededRandom } from '../faults/random';
import type { Answered, Ledger } from '../state/ledger';
import type { Settings } from '../state/settings';
import type { TransactionStore } from '../state/store';
import type { Transaction } from '../state/transaction';
import { distort, encodeForm, formOf } from './form';
import { Outbound } from './outbound';
import { xToken, type NotificationForm } from './x-token';

/** The notifications of one transaction that have not left, and the end of those that have. */
interface Queue {
  waiting: NotificationForm[];
  leaving: Promise<void>;
  /** How many are not through yet. */
  open: number;
}

interface Surroundings {
  readonly settings: Settings;
  readonly store: TransactionStore;
  readonly ledger: Ledger;
  readonly faults: Faults;
}

/** Tells merchants about each status change: one GET ping first, then signed forms. */
export class Notifier {
  private queues = new Map<string, Queue>();
  private readonly outbound = new Outbound();
  private random = seededRandom(1);
  private stopped = new AbortController();

  constructor(private readonly around: Surroundings) {}

  /** Queues what is to be said now; it leaves after `notify.delay_ms`, one after the other per transaction. */
  announce(transaction: Transaction): void {
    if (transaction.notify_url === null) return;
    const { settings } = this.around;
    const queue = this.queues.get(transaction.token) ?? { waiting: [], leaving: Promise.resolve(), open: 0 };
    this.queues.set(transaction.token, queue);
    queue.waiting.push(formOf(transaction, settings));
    queue.open += 1;
    void this.afterDelay(transaction, queue, settings.notify.delay_ms, this.stopped.signal);
  }

  /** Resolves when all that was announced for a transaction has been answered, or when time is up. */
  async idle(transaction: Transaction, timeoutMs: number): Promise<void> {
    const end = Date.now() + timeoutMs;
    while (this.queues.has(transaction.token) && Date.now() < end) await wait(5);
  }

  /** Forgets what has not left. */
  clear(): void {
    this.stopped.abort();
    this.stopped = new AbortController();
    this.queues = new Map();
    this.random = seededRandom(1);
  }

  close(): void {
    this.stopped.abort();
    this.outbound.close();
  }

  private async afterDelay(transaction: Transaction, queue: Queue, delay: number, stop: AbortSignal): Promise<void> {
    const slept = delay > 0 ? await sleep(delay, stop) : true;
    if (!slept) return;
    const form = this.take(queue);
    const fault = this.pickFault(transaction);
    const late = lateness(fault);
    if (late > 0) {
      // A late one holds up nobody: those announced after it may well arrive before it.
      if (await sleep(late, stop)) await this.deliver(transaction, form, fault, stop);
    } else {
      queue.leaving = queue.leaving.then(() => this.deliver(transaction, form, fault, stop));
      await queue.leaving;
    }
    queue.open -= 1;
    if (queue.open === 0 && this.queues.get(transaction.token) === queue) this.queues.delete(transaction.token);
  }

  private take(queue: Queue): NotificationForm {
    const { order } = this.around.settings.notify;
    const last = queue.waiting.length - 1;
    const index = order === 'in_order' ? 0 : order === 'reversed' ? last : Math.floor(this.random() * (last + 1));
    return queue.waiting.splice(index, 1)[0] as NotificationForm;
  }

  private pickFault(transaction: Transaction): Fault | undefined {
    const { settings, faults } = this.around;
    const magic = settings.magic_amounts ? magicOf(transaction.amount)?.notify : undefined;
    return faults.pick('notify', (kind) => kind !== 'early') ?? magic;
  }

  private async deliver(
    transaction: Transaction,
    form: NotificationForm,
    fault: Fault | undefined,
    stop: AbortSignal,
  ): Promise<void> {
    if (stop.aborted || (fault && ['lost', 'drop_request', 'reset'].includes(fault.kind))) return;
    const { settings } = this.around;
    await this.ping(transaction);
    const copies = settings.notify.copies * (fault?.kind === 'duplicate' ? 2 : 1);
    const genuine = Array.from({ length: copies }, () => this.postWithRetries(transaction, form, fault, stop));
    await Promise.all(fault?.kind === 'forged' ? [this.forge(transaction, form), ...genuine] : genuine);
  }

  private async ping(transaction: Transaction): Promise<void> {
    if (transaction.pinged) return;
    transaction.pinged = true;
    this.around.store.save(transaction);
    const record = this.around.ledger.sending('pings', transaction, '', true);
    const answered = await this.send(transaction, { method: 'GET', headers: {}, body: '' });
    this.around.ledger.sent('pings', record, answered);
  }

  private async postWithRetries(
    transaction: Transaction,
    form: NotificationForm,
    fault: Fault | undefined,
    stop: AbortSignal,
  ): Promise<void> {
    const secret = this.secretOf(transaction);
    const sent = distort(form, fault);
    for (const pause of [0, ...this.around.settings.notify.retry_seconds]) {
      if (pause > 0 && !(await sleep(pause * 1000, stop))) return;
      const answered = await this.post(transaction, sent, xToken(sent, secret), fault, true);
      if (typeof answered === 'number' && answered >= 200 && answered < 300) return;
    }
  }

  /** Says "paid" under a token nobody signed. */
  private async forge(transaction: Transaction, form: NotificationForm): Promise<void> {
    const lie = { ...form, cpm_error_message: 'SUCCES' };
    await this.post(transaction, lie, randomBytes(32).toString('hex'), undefined, false);
  }

  private async post(
    transaction: Transaction,
    form: NotificationForm,
    token: string,
    fault: Fault | undefined,
    genuine: boolean,
  ): Promise<Answered> {
    const { ledger } = this.around;
    const whole = encodeForm(form);
    const body = fault?.kind === 'truncated' ? whole.slice(0, whole.length / 2) : whole;
    const record = ledger.sending('notifications', transaction, form.cpm_error_message, genuine);
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded', 'x-token': token };
    const answered = await this.send(transaction, { method: 'POST', headers, body });
    ledger.sent('notifications', record, fault?.kind === 'drop_response' ? 'none' : answered);
    return record.answered;
  }

  private async send(
    transaction: Transaction,
    message: { method: 'GET' | 'POST'; headers: Record<string, string>; body: string },
  ): Promise<Answered> {
    const { timeout_ms } = this.around.settings.notify;
    const length: Record<string, string> =
      message.method === 'POST' ? { 'Content-Length': String(Buffer.byteLength(message.body)) } : {};
    const headers = { ...message.headers, ...length };
    return this.outbound.send({ ...message, headers, url: transaction.notify_url ?? '', timeout_ms });
  }

  private secretOf(transaction: Transaction): string {
    const site = this.around.settings.sites.find(({ site_id }) => site_id === transaction.site_id);
    return site?.secret_key ?? '';
  }
}

/** Milliseconds a fault holds one notification back. */
function lateness(fault: Fault | undefined): number {
  return fault?.delay_ms ?? (fault?.kind === 'late' || fault?.kind === 'delay' ? 2_000 : 0);
}

/** false when it was stopped. */
async function sleep(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  return wait(milliseconds, true, { signal }).catch(() => false);
}
