import type { SeamlessOrder, SeamlessSources } from '../cinetpay/seamless';
import { markup, type Html } from './html';
import { orderLines, shopLine, wayBack, type ShownOrder } from './order.pieces';
import type { Page } from './page';
import { frameSources, watching } from './pages';
import { SEAMLESS, WATCH } from './scripts';
import { wordsOf } from './words';

/** What the page hands to CinetPay's script. */
export interface SeamlessStart {
  scriptUrl: string;
  sources: SeamlessSources;
  given: SeamlessOrder;
}

/** Runs CinetPay's script: its window opens over this page, and this page says what became of it. */
export function seamlessPage(order: ShownOrder, { scriptUrl, sources, given }: SeamlessStart): Page {
  const { row, path } = order;
  const words = wordsOf(row.lang);
  const said = (id: string, title: string, text: string, more?: Html): Html =>
    markup`<div id="${id}" hidden>
      <h1>${title}</h1>
      <p>${text}</p>
      ${more}
    </div>`;
  const main = markup`${shopLine(order)}
    <div role="status">
      ${said('opening', words.seamless.title, words.seamless.text)}
      ${said('closed', words.seamlessClosed.title, words.seamlessClosed.text)}
      ${said('failed', words.seamlessFailed.title, words.seamlessFailed.text, markup`<p class="detail" id="fault"></p>`)}
      ${said('blocked', words.seamlessBlocked.title, words.seamlessBlocked.text)}
      ${said('confirming', words.results.confirming.title, words.results.confirming.text)}
      <noscript>
        <h1>${words.seamless.title}</h1>
        <p>${words.needsScript}</p>
      </noscript>
    </div>
    <button class="button" id="resume" type="button" hidden>${words.resume}</button>
    <button class="button" id="retry" type="button" hidden>${words.retry}</button>
    ${orderLines(order)}${wayBack(order)}`;
  const page = watching(order, 'seamless', path, { title: words.seamless.title, main });
  return {
    ...page,
    refresh: undefined,
    externalScript: scriptUrl,
    data: { ...page.data, ...dataOf(given), seen: `${path}/seen` },
    allowed: {
      scripts: [WATCH, SEAMLESS],
      anyStyle: true,
      scriptSources: sources.scripts,
      connectSources: sources.connections,
      frameSources: sources.frames.flatMap(frameSources),
    },
  };
}

function dataOf({ config, checkout }: SeamlessOrder): Record<string, string> {
  return { config: JSON.stringify(config), checkout: JSON.stringify(checkout) };
}
