// Proves that /seamless/main.js opens the counter in a modal, calls each of the page's functions once, and tells errors as the official script does.
import { setTimeout as wait } from 'node:timers/promises';
import { createContext, runInContext } from 'node:vm';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { RunningSimulator } from '../../simulator/simulator';
import { call, ledgerOf, start, until, XOF } from './harness';

let simulator: RunningSimulator;
beforeAll(async () => {
  simulator = await start();
});
afterAll(() => simulator.close());
beforeEach(() => call('POST', `${simulator.url}/_sim/reset`));

interface Element {
  id: string;
  src: string;
  onclick: () => void;
  children: Element[];
  parentNode: Element | null;
}

/** As much of a browser as the script touches. */
class Browser {
  readonly body = this.element();
  readonly heard: [string, unknown][] = [];
  offline = false;
  refused = 0;
  private window: Record<string, unknown> = {};

  async load(): Promise<void> {
    const document = { body: this.body, createElement: () => this.element() };
    const { crypto, setTimeout, setInterval, clearInterval } = globalThis;
    const fetch = (...request: Parameters<typeof globalThis.fetch>): Promise<unknown> =>
      this.offline ? this.refuse() : globalThis.fetch(...request);
    this.window = { crypto, fetch, setTimeout, setInterval, clearInterval, document };
    const { text } = await call('GET', `${simulator.url}/seamless/main.js`);
    runInContext(text, createContext({ window: this.window, document, JSON, Uint8Array, setTimeout }));
  }

  private refuse(): Promise<never> {
    this.refused += 1;
    return Promise.reject(new TypeError('Failed to fetch'));
  }

  get cinetpay(): Record<string, (argument: unknown) => void> {
    return this.window.CinetPay as Record<string, (argument: unknown) => void>;
  }

  checkout(changes: Record<string, unknown> = {}): void {
    const { apikey, site_id } = XOF;
    this.cinetpay.setConfig?.({ apikey, site_id, notify_url: 'http://mondomaine.com/notify/', mode: 'PRODUCTION' });
    this.cinetpay.getCheckout?.({
      ...{ transaction_id: 'SEAMLESS1', amount: 100, currency: 'XOF', channels: 'ALL', description: 'Test paiement' },
      ...changes,
    });
    const names = { waitResponse: 'response', onError: 'error', onClose: 'close' };
    for (const [name, kind] of Object.entries(names)) {
      this.cinetpay[name]?.((data: unknown) => this.heard.push([kind, data]));
    }
  }

  find(id: string, from = this.body): Element | undefined {
    return from.id === id ? from : from.children.map((child) => this.find(id, child)).find((found) => found);
  }

  frames(from = this.body): string[] {
    return [...(from.src ? [from.src] : []), ...from.children.flatMap((child) => this.frames(child))];
  }

  private element(): Element {
    const children: Element[] = [];
    const made = { id: '', src: '', style: {}, onclick: () => undefined, children, parentNode: null as Element | null };
    return Object.assign(made, {
      setAttribute: () => undefined,
      focus: () => undefined,
      appendChild: (child: Element) => {
        children.push(child);
        child.parentNode = made;
      },
      removeChild: (child: Element) => children.splice(children.indexOf(child), 1),
    });
  }
}

const heard = (browser: Browser): Promise<[string, unknown][]> =>
  until(
    () => browser.heard,
    (seen) => seen.length > 0,
  );

it('shows the counter, sends neither mode nor return_url, and hands over the result once', async () => {
  const browser = new Browser();
  await browser.load();
  browser.checkout();
  const [frame] = await until(
    () => browser.frames(),
    (seen) => seen.length === 1,
  );
  expect(frame).toMatch(/\/payment\/[0-9a-f]{110}$/);
  expect(browser.find('cp_modal_first_parent')).toBeDefined();
  const { body } = await call('GET', `${simulator.url}/_sim/transactions/SEAMLESS1`);
  const sent = JSON.parse((body.requests as { raw_body: string }[])[0]?.raw_body ?? '') as Record<string, unknown>;
  expect(Object.keys(sent)).toEqual(expect.arrayContaining(['apikey', 'device_id']));
  expect(sent).not.toHaveProperty('mode');
  expect(sent).not.toHaveProperty('return_url');
  await call('POST', `${simulator.url}/_sim/transactions/SEAMLESS1/pay`);
  const [[kind, data] = []] = await heard(browser);
  expect(kind).toBe('response');
  expect(data).toMatchObject({ amount: '100', currency: 'XOF', status: 'ACCEPTED', payment_method: 'OM' });
  await wait(700);
  expect(browser.heard).toHaveLength(1);
  browser.find('cp_modal_close')?.onclick();
  await until(
    () => browser.heard.length,
    (count) => count === 2,
  );
  expect(browser.heard[1]).toEqual(['close', data]);
  expect(browser.find('cp_modal_first_parent')).toBeUndefined();
});

it('goes on under a new device after its connection was lost, and still hears of the payment', async () => {
  const browser = new Browser();
  await browser.load();
  browser.checkout({ transaction_id: 'SEAMLESS3' });
  await until(
    () => browser.frames().length,
    (count) => count === 1,
  );
  const device = async (): Promise<unknown> =>
    (await call('GET', `${simulator.url}/_sim/transactions/SEAMLESS3`)).body.transaction.device_id;
  const first = await device();
  browser.offline = true;
  await until(
    () => browser.refused,
    (count) => count > 0,
  );
  browser.offline = false;
  await until(device, (now) => now !== first);
  await call('POST', `${simulator.url}/_sim/transactions/SEAMLESS3/pay`);
  expect(await heard(browser)).toMatchObject([['response', { status: 'ACCEPTED' }]]);
});

it('closed without paying', async () => {
  const browser = new Browser();
  await browser.load();
  browser.checkout({ transaction_id: 'SEAMLESS2' });
  await until(
    () => browser.frames().length,
    (count) => count === 1,
  );
  browser.find('cp_modal_close')?.onclick();
  expect(await heard(browser)).toEqual([['close', { status: 'PENDING' }]]);
});

it('tells refusals of the API and its own', async () => {
  const refused = new Browser();
  await refused.load();
  refused.checkout({ amount: 101 });
  expect(await heard(refused)).toEqual([
    ['error', { message: 'MINIMUM_REQUIRED_FIELDS', description: 'amount must be a multiple of 5' }],
  ]);
  expect((await ledgerOf(simulator)).calls).toHaveLength(1);
  const misused = new Browser();
  await misused.load();
  misused.cinetpay.getCheckout?.('nothing');
  misused.cinetpay.onError?.((data: unknown) => misused.heard.push(['error', data]));
  expect(await heard(misused)).toMatchObject([['error', { message: 'OBJECT_REQUIRED' }]]);
});
