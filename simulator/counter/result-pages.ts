import type { Transaction } from '../state/transaction';
import { summary } from './counter-page';
import { document, escape } from './html';
import { wordsOf } from './words';

/** Sends the browser back to the shop by a form POST of transaction_id and token; a button does it without scripts. */
export function returnPage(transaction: Transaction): string {
  const words = wordsOf(transaction.lang);
  const main =
    `<h1>${outcome(transaction)}</h1>${summary(transaction, words)}` +
    `<form id="return" method="post" action="${escape(transaction.return_url ?? '')}">` +
    `<input type="hidden" name="transaction_id" value="${escape(transaction.transaction_id)}">` +
    `<input type="hidden" name="token" value="${transaction.token}">` +
    `<button class="pay">${words.toShop}</button></form>`;
  return document(transaction.lang, outcome(transaction), main, "document.getElementById('return').submit()");
}

/** The end of a payment that has no shop to go back to, as in the seamless frame. */
export function resultPage(transaction: Transaction): string {
  const words = wordsOf(transaction.lang);
  return document(
    transaction.lang,
    outcome(transaction),
    `<h1>${outcome(transaction)}</h1>${summary(transaction, words)}`,
  );
}

/** The customer walked away: nothing has happened, and the counter is still there. */
export function leftPage(transaction: Transaction): string {
  const words = wordsOf(transaction.lang);
  const shop =
    transaction.return_url === null
      ? ''
      : `<a class="button" href="${escape(transaction.return_url)}">${words.toShop}</a>`;
  const main = `<h1>${words.left}</h1><a class="button" href="">${words.backToCounter}</a>${shop}`;
  return document(transaction.lang, words.left, main);
}

/** A counter whose time is over. */
export function expiredPage(transaction: Transaction): string {
  const words = wordsOf(transaction.lang);
  return document(transaction.lang, words.expired, `<h1>${words.expired}</h1>${summary(transaction, words)}`);
}

/** No payment has this token. */
export function unknownPage(): string {
  const words = wordsOf('fr');
  return document('fr', words.unknown, `<h1>${words.unknown}</h1><p lang="en">${wordsOf('en').unknown}</p>`);
}

function outcome(transaction: Transaction): string {
  const words = wordsOf(transaction.lang);
  if (transaction.state === 'accepted') return words.accepted;
  return transaction.state === 'cancelled' ? words.cancelled : words.refused;
}
