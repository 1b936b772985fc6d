import type { Settings } from './settings';
import type { Transaction } from './transaction';

/** Whether the counter of an unpaid transaction has closed. */
export function isExpired(transaction: Transaction, settings: Settings): boolean {
  const lifetime = settings.counter_lifetime_seconds;
  if (lifetime === null || (transaction.state !== 'created' && transaction.state !== 'waiting')) return false;
  return Date.now() > Date.parse(transaction.created_at) + lifetime * 1000;
}

/** An amount as CinetPay writes it in answers and notifications: text. */
export function writtenAmount(amount: number, settings: Settings): string {
  return settings.amount_format === 'decimal' ? amount.toFixed(2) : String(amount);
}

/** Another currency than the order's, for answers that must be wrong. */
export function anotherCurrency(currency: string): string {
  return currency === 'XOF' ? 'XAF' : 'XOF';
}
