import type { Code } from '../facts/codes';
import { channelOf, countriesOf, splitPhone } from '../facts/operators';
import { magicOf, type MagicStep } from '../faults/magic-amounts';
import type { Notifier } from '../notify/notifier';
import { isExpired } from '../state/appearance';
import { newOperatorId } from '../state/ids';
import type { Ledger } from '../state/ledger';
import type { Settings } from '../state/settings';
import type { TransactionStore } from '../state/store';
import type { Transaction } from '../state/transaction';

/** What a customer can do with a payment; walking away is doing nothing. */
export const ACTS = ['pay', 'refuse', 'cancel', 'wait'] as const;
/** One of the four. */
export type Act = (typeof ACTS)[number];

/** An act with what the customer chose. */
export interface Deed {
  act: Act;
  payment_method?: string;
  /** Prefix and number, with or without `+`, or the national number alone. */
  phone?: string;
  /** Another code than the usual one: of a refusal (600) or of waiting (623). */
  code?: Code;
  /** Another `data.status` than the usual one, where sources disagree. */
  status?: string;
}

interface Surroundings {
  readonly settings: Settings;
  readonly store: TransactionStore;
  readonly ledger: Ledger;
  readonly notifier: Notifier;
}

/** Everything customers do, at the counter, by a control call, or because of a magic amount. */
export class Customer {
  private timers = new Set<NodeJS.Timeout>();

  constructor(private readonly sim: Surroundings) {}

  /** Changes the state and announces it; false when the act changes nothing (paid already, closed, not allowed). */
  act(transaction: Transaction, deed: Deed): boolean {
    if (!this.mayAct(transaction, deed.act)) return false;
    const now = new Date();
    this.choose(transaction, deed);
    if (deed.act === 'pay') this.accept(transaction, now);
    else decline(transaction, deed, now);
    this.sim.store.save(transaction);
    this.sim.notifier.announce(transaction);
    return true;
  }

  /** The first look at the counter. */
  open(transaction: Transaction): void {
    if (transaction.opened_at !== null) return;
    transaction.opened_at = new Date().toISOString();
    if (transaction.state === 'created') transaction.state = 'waiting';
    this.sim.store.save(transaction);
  }

  /** Sets the clock for what the amount chooses, also after a restart. */
  follow(transaction: Transaction): void {
    if (!this.sim.settings.magic_amounts) return;
    for (const step of magicOf(transaction.amount)?.steps ?? []) this.later(transaction, step);
  }

  clear(): void {
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
  }

  private later(transaction: Transaction, step: MagicStep): void {
    const due = Date.parse(transaction.created_at) + step.after_seconds * 1000;
    const timer = setTimeout(
      () => {
        this.timers.delete(timer);
        this.act(transaction, step);
      },
      Math.max(0, due - Date.now()),
    );
    this.timers.add(timer);
  }

  private mayAct(transaction: Transaction, act: Act): boolean {
    const { settings } = this.sim;
    if (transaction.state === 'accepted' || isExpired(transaction, settings)) return false;
    const declined = transaction.state === 'refused' || transaction.state === 'cancelled';
    return !declined || (act === 'pay' && settings.accept_after_refused);
  }

  private choose(transaction: Transaction, deed: Deed): void {
    transaction.payment_method = deed.payment_method ?? transaction.payment_method ?? usualOperator(transaction);
    if (channelOf(transaction.payment_method) === 'CREDIT_CARD') {
      Object.assign(transaction, { paid_prefix: null, paid_number: null });
      return;
    }
    const given = (transaction.phone_locked ? transaction.phone : (deed.phone ?? transaction.phone)) ?? '';
    const digits = given.replaceAll(/\D/g, '');
    const parts = splitPhone(digits, transaction.currency);
    const country = countriesOf(transaction.currency).find((entry) =>
      entry.operators.includes(transaction.payment_method ?? ''),
    );
    transaction.paid_prefix = parts?.prefix ?? country?.prefix ?? null;
    transaction.paid_number = parts?.number ?? (digits || '0700000000'.slice(0, country?.digits[0] ?? 10));
  }

  private accept(transaction: Transaction, now: Date): void {
    const operator_id = newOperatorId(now);
    const settled_at = now.toISOString();
    Object.assign(transaction, { state: 'accepted', code: '00', status: 'ACCEPTED', operator_id, settled_at });
    const { transaction_id, site_id, amount, currency, payment_method } = transaction;
    this.sim.ledger.captured({ at: settled_at, transaction_id, site_id, amount, currency, payment_method });
  }
}

/** The operators a counter offers: of the currency, of the order's channels, cards only with a whole card block. */
export function operatorsOf(transaction: Transaction): string[] {
  return countriesOf(transaction.currency)
    .flatMap(({ operators }) => operators)
    .filter((operator) => transaction.channels.includes(channelOf(operator)))
    .filter((operator) => channelOf(operator) !== 'CREDIT_CARD' || transaction.card_available);
}

function usualOperator(transaction: Transaction): string {
  return operatorsOf(transaction)[0] ?? countriesOf(transaction.currency)[0]?.operators[0] ?? 'OM';
}

function decline(transaction: Transaction, deed: Deed, now: Date): void {
  if (deed.act === 'wait') {
    const code = deed.code ?? '623';
    Object.assign(transaction, { state: 'waiting', code, status: deed.status ?? 'WAITING_FOR_CUSTOMER' });
    return;
  }
  const cancelled = deed.act === 'cancel';
  const code = cancelled ? '627' : (deed.code ?? '600');
  const status = deed.status ?? 'REFUSED';
  const state = cancelled ? 'cancelled' : 'refused';
  Object.assign(transaction, { state, code, status, operator_id: null, settled_at: now.toISOString() });
}
