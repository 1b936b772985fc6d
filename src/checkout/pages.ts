import { markup, type Html } from './html';
import { mark, money, orderLines, shopLine, wayBack, type Mark, type ShownOrder } from './order.pieces';
import type { Page } from './page';
import { refusalReason } from './refusals';
import { GO_BACK, WATCH } from './scripts';
import { isPassing, type View } from './view';
import { wordsOf, type Language } from './words';

/** Seconds between looks of a browser without scripts. */
const REFRESH_SECONDS = 2;

/** Before there is a link: goes on by itself, with and without scripts. */
export function waitingPage(order: ShownOrder, view: View, next: string): Page {
  const words = wordsOf(order.row.lang);
  const { title, text } = view === 'waiting_long' ? words.waitingLong : words.waiting;
  const main = markup`${shopLine(order)}
    <div class="spin"></div>
    <h1>${title}</h1>
    <p role="status">${text}</p>
    <a class="button second" href="${next}">${words.goOn}</a>${orderLines(order)}`;
  return watching(order, view, next, { title, main });
}

/** How it ended, or that it has not yet. `here`: the address this page has. */
export function resultPage(order: ShownOrder, view: View, here: string): Page {
  const words = wordsOf(order.row.lang);
  const { title, text } = words.results[resultOf(view)];
  const reason = view === 'refused' ? refusalReason(order.row.status_reason, order.row.lang) : undefined;
  const main = markup`${shopLine(order)}${mark(markOf(view))}
    <h1>${title}</h1>
    <p role="status">${reason ?? text}</p>
    ${orderLines(order)}${wayBack(order)}`;
  if (isPassing(view)) return watching(order, view, here, { title, main });
  return { status: 200, language: order.row.lang, title, main, allowed: { framable: isFramable(order) } };
}

/** CinetPay's counter in a frame of ours. */
export function inlinePage(order: ShownOrder, paymentUrl: string): Page {
  const { row, path } = order;
  const words = wordsOf(row.lang);
  const next = `${path}/inline`;
  const main = markup`<header>
      <div>
        <h1>${money(row)}${order.shop && ` · ${order.shop}`}</h1>
        <p>${row.description}</p>
      </div>
      <a href="${path}">${words.fullPage}</a>
    </header>
    <iframe src="${paymentUrl}" title="${words.counter}" allow="payment *"></iframe>`;
  const page = watching(order, 'counter', next, { title: words.counter, main });
  const allowed = { ...page.allowed, framable: false, frameSources: ["'self'", ...frameSources(paymentUrl)] };
  // A refresh would take the customer's half-filled counter away.
  return { ...page, allowed, shape: 'framed', refresh: undefined };
}

/**
 * The way back through a page: the form a drop-in client expects, or a link for a counter that runs in a frame. In the frame of
 * our own page the customer stays, because that page shows the end; until then this one says that it is not known yet.
 */
export function returnPage({ row }: ShownOrder, target: string): Page {
  const words = wordsOf(row.lang);
  const { returning } = words;
  const { confirming } = words.results;
  const way =
    row.origin === 'drop_in'
      ? markup`<form method="post" action="${row.return_url}">
          <input type="hidden" name="transaction_id" value="${row.transaction_id}" />
          <input type="hidden" name="token" value="${row.checkout_token}" />
          <button class="button">${words.goOn}</button>
        </form>`
      : markup`<a class="button" id="go" href="${target}">${words.goOn}</a>`;
  const main = markup`<div id="leaving">
      <h1>${returning.title}</h1>
      <p>${returning.text}</p>
      ${way}
    </div>
    <div id="staying" hidden>
      ${mark('wait')}
      <h1>${confirming.title}</h1>
      <p role="status">${confirming.text}</p>
    </div>`;
  return {
    ...{ status: 200, language: row.lang, title: returning.title, main },
    allowed: { scripts: [GO_BACK], framable: true, leavingForm: row.origin === 'drop_in' },
  };
}

/** A page that only says something: an unknown link, a service that is away. */
export function messagePage(kind: 'unknown' | 'broken' | 'seamlessOff', status: number, language: Language): Page {
  const { title, text } = wordsOf(language)[kind];
  const main = markup`${mark(kind === 'broken' ? 'wait' : 'note')}
    <h1>${title}</h1>
    <p>${text}</p>`;
  if (kind !== 'broken') return { status, language, title, main, allowed: {} };
  // Whose order it is cannot be told while the database is away. It shows none, so that a frame around it can do no harm.
  return { status, language, title, main, allowed: { framable: true }, retryAfterSeconds: 5 };
}

/** A page that goes to `next` once there is something else to see. */
export function watching(
  order: ShownOrder,
  view: View,
  next: string,
  { title, main }: { title: string; main: Html },
): Page {
  return {
    ...{ status: 200, language: order.row.lang, title, main },
    data: { view, next, watch: `${order.path}/view` },
    refresh: { seconds: REFRESH_SECONDS, url: next },
    allowed: { scripts: [WATCH], framable: isFramable(order) },
  };
}

/**
 * What may be shown in the counter's frame: the counter, and over https wherever it leads, because a card or a wallet sends the
 * customer on to a bank that nobody can name beforehand. A frame of another origin cannot touch this page.
 */
export function frameSources(counterUrl: string): string[] {
  const { origin, protocol } = new URL(counterUrl);
  return protocol === 'https:' ? [origin, 'https:'] : [origin];
}

// The old drop-in script shows our checkout and our result in a frame of the shop's page.
function isFramable({ row }: ShownOrder): boolean {
  return row.drop_in?.device_id !== undefined;
}

type Result = keyof ReturnType<typeof wordsOf>['results'];

function resultOf(view: View): Result {
  return isPassing(view) ? 'confirming' : view;
}

function markOf(view: View): Mark {
  return MARK_OF[resultOf(view)];
}

// What the customer did himself, or the shop, is no failure.
const MARK_OF: Record<Result, Mark> = {
  ...{ accepted: 'good', paid_otherwise: 'good', refused: 'bad', rejected: 'bad', cancelled: 'note', closed: 'note' },
  ...{ confirming: 'wait', review: 'wait', expired: 'wait' },
};
