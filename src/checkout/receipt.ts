import { operatorName } from '../cinetpay/operators';
import type { Currency } from '../common/money';
import type { Transaction } from '../payments/transaction.entity';
import { markup, type Html } from './html';
import { wordsOf, type Language } from './words';

/** Where a currency's customers read the clock: the largest city that pays in it. */
const TIME_ZONES: Record<Currency, string> = {
  XOF: 'Africa/Abidjan',
  XAF: 'Africa/Douala',
  GNF: 'Africa/Conakry',
  CDF: 'Africa/Kinshasa',
  USD: 'Africa/Kinshasa',
};

/** What a cashier compares: both references always; date, operator and the operator's number once the payment is accepted. */
export function references(row: Transaction): Html {
  const words = wordsOf(row.lang);
  const paid = row.status === 'accepted' ? row : undefined;
  const lines: [name: string, value: string | null | undefined][] = [
    [words.paidAt, paid?.accepted_at && instant(paid.accepted_at, row.currency, row.lang)],
    [words.method, paid?.payment_method && operatorName(paid.payment_method)],
    [words.operatorId, paid?.operator_id],
    [words.orderReference, row.order_reference],
    [words.reference, row.transaction_id],
  ];
  const shown = lines.filter(([, value]) => value !== null && value !== undefined);
  return markup`<dl class="ref">${shown.map(([name, value]) => markup`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

/** An instant as the customer's clock shows it, with the zone's name. */
export function instant(at: Date, currency: Currency, language: Language): string {
  const timeZone = TIME_ZONES[currency];
  const text = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'short', timeZone }).format(at);
  return `${text} (${timeZone.split('/')[1]!})`;
}
