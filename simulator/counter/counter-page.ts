import { channelOf, countriesOf, nameOf } from '../facts/operators';
import type { Transaction } from '../state/transaction';
import { operatorsOf } from './customer';
import { document, escape } from './html';
import { wordsOf, type Words } from './words';

/** The counter of an open payment: what is to be paid, how, and every way a customer can end it. */
export function counterPage(transaction: Transaction, mayRetry: boolean): string {
  const words = wordsOf(transaction.lang);
  const main = [
    `<h1>${words.title}</h1><p class="sandbox">${words.simulated}</p>`,
    summary(transaction, words),
    notice(transaction, words),
    mayRetry ? form(transaction, words) : '',
  ].join('');
  return document(transaction.lang, `${words.title} ${transaction.transaction_id}`, main);
}

/** Amount, description, reference, the customer's name and the invoice lines. */
export function summary(transaction: Transaction, words: Words): string {
  const amount = new Intl.NumberFormat(transaction.lang).format(transaction.amount);
  const rows: [string, string][] = [
    [words.payTo, transaction.description],
    [words.site, transaction.site_id],
    [words.reference, transaction.transaction_id],
    ...(transaction.customer_name === null ? [] : [[words.customer, transaction.customer_name] as [string, string]]),
    ...Object.entries(transaction.invoice_data),
  ];
  const lines = rows.map(([name, value]) => `<dt>${escape(name)}</dt><dd>${escape(value)}</dd>`).join('');
  return `<p class="amount">${amount} ${transaction.currency}</p><dl>${lines}</dl>`;
}

function notice(transaction: Transaction, words: Words): string {
  const declined = transaction.state === 'refused' || transaction.state === 'cancelled';
  const waiting = transaction.state === 'waiting' && transaction.code !== '662';
  const text = declined ? words.declined : waiting ? words.waiting : '';
  return text ? `<p class="note" role="status">${text}</p>` : '';
}

function form(transaction: Transaction, words: Words): string {
  const operators = operatorsOf(transaction);
  const cardMissing = transaction.channels.includes('CREDIT_CARD') && !transaction.card_available;
  const body =
    operators.length === 0
      ? `<p class="note">${words.noOperator}</p>`
      : operatorField(transaction, operators, words) + phoneField(transaction, words);
  const button = (act: string, label: string): string =>
    `<button name="act" value="${act}"${act === 'pay' ? ' class="pay"' : ''}>${label}</button>`;
  return (
    `<form method="post">${body}` +
    (cardMissing ? `<p class="sandbox">${words.noCard}</p>` : '') +
    (operators.length === 0 ? '' : button('pay', words.pay)) +
    button('refuse', words.refuse) +
    button('cancel', words.cancel) +
    button('wait', words.wait) +
    `${button('leave', words.leave)}</form>`
  );
}

function operatorField(transaction: Transaction, operators: string[], words: Words): string {
  const groups = countriesOf(transaction.currency).map((country) => {
    const options = country.operators
      .filter((operator) => operators.includes(operator))
      .map(
        (operator) => `<option value="${operator}">${nameOf(operator)} – ${operator}, ${channelOf(operator)}</option>`,
      )
      .join('');
    return options && `<optgroup label="${escape(`${country.name} +${country.prefix}`)}">${options}</optgroup>`;
  });
  return `<label for="operator">${words.operator}</label><select id="operator" name="payment_method">${groups.join('')}</select>`;
}

function phoneField(transaction: Transaction, words: Words): string {
  const label = transaction.phone_locked ? words.phoneLocked : words.phone;
  const readonly = transaction.phone_locked ? ' readonly' : '';
  return (
    `<label for="phone">${label}</label><input id="phone" name="phone" type="tel" inputmode="tel" autocomplete="tel" ` +
    `value="${escape(transaction.phone ?? '')}"${readonly}>`
  );
}
