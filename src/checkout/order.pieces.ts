import type { Transaction } from '../payments/transaction.entity';
import { markup, type Html } from './html';
import { references } from './receipt';
import { wordsOf } from './words';

/** An order as its pages show it. */
export interface ShownOrder {
  row: Transaction;
  /** The site's name; may be empty. */
  shop: string;
  /** Path of its checkout, without a slash at the end. */
  path: string;
}

/** The shop's name, where one is configured. */
export function shopLine({ shop }: ShownOrder): Html {
  return markup`${shop && markup`<p class="shop">${shop}</p>`}`;
}

/** Amount, description and what identifies the payment. */
export function orderLines({ row }: ShownOrder): Html {
  return markup`<section class="order">
    <p class="amount">${money(row)}</p>
    <p class="what">${row.description}</p>
    ${references(row)}
  </section>`;
}

/** An amount as people of the currency write it. */
export function money({ amount, currency, lang }: Pick<Transaction, 'amount' | 'currency' | 'lang'>): string {
  return new Intl.NumberFormat(lang, { style: 'currency', currency, maximumFractionDigits: 0 }).format(amount);
}

/** The way back, for orders that have one: through our own return address, which knows how each kind of order goes back. */
export function wayBack({ row, path }: ShownOrder): Html {
  return markup`${row.return_url !== null && markup`<a class="button second" href="${path}/return">${wordsOf(row.lang).toShop}</a>`}`;
}

const MARKS = {
  good: markup`<svg class="mark good" viewBox="0 0 24 24" aria-hidden="true">
    <circle cx="12" cy="12" r="11" fill="currentColor" />
    <path
      d="M7 12.5l3.5 3.5L17.5 9"
      fill="none"
      stroke="#fff"
      stroke-width="2.4"
      stroke-linecap="round"
      stroke-linejoin="round"
    />
  </svg>`,
  bad: markup`<svg class="mark bad" viewBox="0 0 24 24" aria-hidden="true">
    <circle cx="12" cy="12" r="11" fill="currentColor" />
    <path d="M8 8l8 8M16 8l-8 8" fill="none" stroke="#fff" stroke-width="2.4" stroke-linecap="round" />
  </svg>`,
  note: markup`<svg class="mark note" viewBox="0 0 24 24" aria-hidden="true">
    <circle cx="12" cy="12" r="11" fill="currentColor" />
    <path d="M12 11v6M12 7v.01" fill="none" stroke="#fff" stroke-width="2.4" stroke-linecap="round" />
  </svg>`,
  wait: markup`<svg class="mark wait" viewBox="0 0 24 24" aria-hidden="true">
    <circle cx="12" cy="12" r="11" fill="currentColor" />
    <path
      d="M12 6.5V12l3.5 2.5"
      fill="none"
      stroke="#fff"
      stroke-width="2.4"
      stroke-linecap="round"
      stroke-linejoin="round"
    />
  </svg>`,
};

export type Mark = keyof typeof MARKS;

/** A sign beside the words, never instead of them. */
export function mark(kind: Mark): Html {
  return MARKS[kind];
}
