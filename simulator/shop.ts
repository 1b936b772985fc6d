import { document, escape } from './counter/html';

const TRANSACTION_ID = /^[\w.-]{1,100}$/;

/**
 * GET or POST /shop: where the sandbox's first payment sends the customer back to. A shop of one page, so that a `return_url` exists.
 * @param transactionId as the browser brings it; anything that is no id is not shown
 */
export function shopPage(transactionId: string | null): string {
  const id = transactionId !== null && TRANSACTION_ID.test(transactionId) ? transactionId : undefined;
  const reference = id === undefined ? '' : `<dl><dt>transaction_id</dt><dd>${escape(id)}</dd></dl>`;
  const main =
    '<h1>Retour à la boutique</h1><p>Merci de votre visite. La boutique attend la confirmation du paiement.</p>' +
    `<div lang="en"><h1>Back in the shop</h1><p>Thank you. The shop waits until the payment is confirmed.</p></div>${reference}` +
    '<p class="note" lang="en">This page plays your shop (<code>return_url</code>). A browser that comes back proves nothing: ' +
    'ask <code>GET /v1/payments/{transaction_id}</code> from your server, or wait for the webhook.</p>';
  return document('fr', 'Boutique', main);
}
