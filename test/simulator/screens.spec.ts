// Proves that every page of the simulator fits a screen of 360 px, nothing cut and nothing to scroll sideways.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningSimulator } from '../../simulator/simulator';
import {
  expectAccessible,
  expectNoSideways,
  hasBrowser,
  openTab,
  picture,
  startBrowser,
  type Tab,
} from '../support/browser';
import { call, order, start } from './harness';

describe.runIf(hasBrowser)('on a screen of 360 px', () => {
  let simulator: RunningSimulator;
  let browser: Browser;
  let tab: Tab;
  beforeAll(async () => {
    [simulator, browser] = await Promise.all([start(), startBrowser()]);
    tab = await openTab(browser, { viewport: { width: 360, height: 740 } });
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await simulator.close();
  });

  const LONG = 'Xy1_'.repeat(25);
  const CARD = {
    ...{ customer_name: LONG, customer_surname: 'John', customer_email: 'j@example.com', customer_zip_code: '06510' },
    ...{
      customer_phone_number: '2250504315545',
      customer_address: 'BP',
      customer_city: 'Abidjan',
      customer_country: 'CI',
    },
  };
  const WORST = { description: LONG, invoice_data: { [LONG]: LONG, 'Reste à payer': '25 000' }, ...CARD };

  /** The counter of a new order, with texts as wide as a merchant can send them. */
  async function counter(changes: Record<string, unknown> = {}): Promise<string> {
    const sent = order({ ...WORST, transaction_id: `${LONG.slice(4)}${Math.random()}`, ...changes });
    const { body } = await call('POST', `${simulator.url}/v2/payment`, sent);
    return String(body.data.payment_url);
  }

  const press = async (act: string): Promise<void> => {
    await tab.page.locator(`button[value=${act}]`).click();
    await tab.page.waitForLoadState();
  };

  it.each<[page: string, open: () => Promise<unknown>]>([
    ['landing', () => tab.page.goto(simulator.url)],
    ['counter', async () => tab.page.goto(await counter())],
    ['counter-without-operators', async () => tab.page.goto(await counter({ channels: 'WALLET', currency: 'XOF' }))],
    ['waiting', async () => tab.page.goto(await counter()).then(() => press('wait'))],
    ['walked-away', async () => tab.page.goto(await counter()).then(() => press('leave'))],
    ['accepted', async () => tab.page.goto(await counter({ return_url: '', device_id: 'd' })).then(() => press('pay'))],
    ['unknown', () => tab.page.goto(`${simulator.url}/payment/abc`)],
    ['shop', () => tab.page.goto(`${simulator.url}/shop?transaction_id=${LONG}`)],
    ['not-found', () => tab.page.goto(`${simulator.url}/nowhere`)],
  ])('%s fits', async (name, open) => {
    await open();
    await expectNoSideways(tab.page);
    expect(await cutElements(tab)).toEqual([]);
    // Those with tables and forms; axe takes most of this test's time.
    if (!['landing', 'counter'].includes(name)) return;
    await expectAccessible(tab.page);
    await picture(tab.page, `simulator-360-${name}`);
  });
});

/** Elements that reach over the screen's edge, or whose content reaches over their own. */
function cutElements({ page }: Tab): Promise<string[]> {
  return page.evaluate(() => {
    const { document, getComputedStyle, innerWidth } = globalThis as any;
    return [...document.body.querySelectorAll('*')]
      .filter((element: any) => getComputedStyle(element).display !== 'inline')
      .filter((element: any) => {
        const { left, right, width } = element.getBoundingClientRect();
        return width > 0 && (right > innerWidth || left < 0 || element.scrollWidth > element.clientWidth + 1);
      })
      .filter((element: any) => !['OPTION', 'OPTGROUP', 'INPUT', 'SELECT'].includes(element.tagName))
      .map((element: any) => element.outerHTML.slice(0, 120));
  });
}
