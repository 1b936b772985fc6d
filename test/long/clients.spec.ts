// Proves that public clients of CinetPay, as they come from their registry, work with the drop-in API: initiation, payment at the counter, check,
// notification. Only the address they have built in is led elsewhere, from outside.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FrameLocator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { notifySecretOf } from '../../src/auth/notify-secret';
import { Stage as BrowserStage } from '../checkout/stage';
import { xToken } from '../compat/x-token';
import { hasBrowser } from '../support/browser';
import { eventually, request, startTestGateway, type TestGateway } from '../support/gateway';
import { stageOf, type Stage } from '../support/stage';
import { startReceiver, type Receiver } from '../webhooks/receiver';
import { CINETPAY, startDetour, type Detour } from './clients/detour';
import { fromNpm, run, tellOthers, type Had } from './clients/registry';

/** The last notification, which neither of these clients can verify: they have no code for it. */
async function expectNotified(shop: Receiver, { config }: TestGateway, fields: Record<string, string>): Promise<void> {
  await eventually(() => expect(shop.arrivals.map(({ method }) => method)).toEqual(['GET', 'POST']));
  const { body, headers } = shop.arrivals[1]!;
  expect(headers['x-token']).toBe(xToken(body, notifySecretOf(config.apiKeyPepper, 'shop')));
  expect(Object.fromEntries(new URLSearchParams(body))).toMatchObject(fields);
}

/** JavaScript for pages, which posts forms. */
function azinakou({ folder }: Had): void {
  let gateway: TestGateway;
  let stage: Stage;
  let shop: Receiver;
  let detour: Detour;
  beforeAll(async () => {
    gateway = await startTestGateway();
    [stage, shop, detour] = [stageOf(gateway), await startReceiver(), await startDetour(gateway.url)];
  });
  afterAll(async () => {
    await Promise.all([shop.close(), detour.close()]);
    await gateway.close();
  });

  // It was written for pages: it keeps what it learns in localStorage and sends the window to the counter.
  const DRIVER = `const kept = {};
    globalThis.localStorage = { setItem: (name, text) => { kept[name] = JSON.parse(text); } };
    globalThis.window = { location: { set href(url) { kept.href = url; } } };
    const { Cinetpay } = require('@azinakou/cinetpay');
    const { config, call, value } = JSON.parse(process.env.WISH);
    process.on('exit', () => console.log(JSON.stringify(kept)));
    new Cinetpay(config)[call](value);`;

  async function client(call: 'makePayment' | 'checkPayStatus', value: unknown): Promise<Record<string, any>> {
    writeFileSync(join(folder, 'driver.cjs'), DRIVER);
    const config = { apikey: gateway.apiKey, site_id: 445566, notify_url: shop.url };
    const env = { WISH: JSON.stringify({ config, call, value }), https_proxy: detour.url, no_proxy: '', NO_PROXY: '' };
    const { output } = await run(process.execPath, ['driver.cjs'], { cwd: folder, env });
    return JSON.parse(output.trim().split('\n').at(-1)!);
  }

  it('starts a payment, finds it paid by its id and by its token, and is notified', async () => {
    const order = {
      ...{
        transaction_id: 'WEB_1700000000001',
        amount: 2500,
        currency: 'XOF',
        description: 'Achat été',
        channels: 'ALL',
      },
      ...{ return_url: 'https://shop.example/retour', customer_name: 'Koffi', customer_surname: 'Awa', lang: 'FR' },
      ...{ customer_id: undefined, invoice_data: undefined },
    };
    const { href, payment } = await client('makePayment', order);
    expect(payment).toMatchObject({ code: '201', data: { payment_url: href } });
    expect(detour.seen).toEqual(['POST /v2/payment application/x-www-form-urlencoded']);

    const before = await client('checkPayStatus', order.transaction_id);
    expect(before).toEqual({});
    const counter = (await request('GET', href)).headers.get('location')!;
    expect(counter).toContain(`${gateway.simulator.url}/payment/`);
    await stage.act(order.transaction_id, 'pay', { payment_method: 'OM' });
    await expectNotified(shop, gateway, { cpm_trans_id: order.transaction_id, cpm_site_id: '445566' });

    for (const name of [order.transaction_id, payment.data.payment_token]) {
      const checked = await client('checkPayStatus', name);
      expect(checked[name]).toMatchObject({
        status: 'ACCEPTED',
        amount: '2500',
        currency: 'XOF',
        payment_method: 'OM',
      });
    }
  });
}

/** CinetPay's script as a module: it runs in a browser, and shows the counter in a window over the shop's page. */
function seamless({ folder }: Had): void {
  const stage = new BrowserStage();
  let shop: Receiver;
  beforeAll(async () => (shop = await startReceiver()));
  afterAll(() => shop.close());
  const counter = (): FrameLocator => stage.page.frameLocator('#cp_modal_first_parent iframe');

  /** Its API leads to the gateway; its socket is CinetPay's own, of which only the name of the device is needed. */
  async function divert(page: Page): Promise<void> {
    await page.route(`${CINETPAY}/**`, async (route) => {
      const url = stage.gateway.url + new URL(route.request().url()).pathname;
      await route.fulfill({ response: await route.fetch({ url }) });
    });
    const socket = `window.io = () => ({ id: 'device-1', on: (name, run) => name === 'connect' && setTimeout(run) });`;
    await page.route('https://cdnjs.cloudflare.com/**', (route) =>
      route.fulfill({ contentType: 'text/javascript', body: socket }),
    );
  }

  it("opens our checkout in the shop's page, is paid there, and shows how it ended", async () => {
    stage.shop.pages.set('/panier', '<!doctype html><title>Panier</title><h1>Panier</h1>');
    await stage.open(`${stage.shop.url}/panier`, {}, divert);
    const source = readFileSync(join(folder, 'node_modules/node-cinetpay/index.js'), 'utf8');
    await stage.page.addScriptTag({ content: `var module = {};${source}` });
    const config = { apikey: stage.gateway.apiKey, site_id: '445566', notify_url: shop.url, mode: 'PRODUCTION' };
    const order = {
      transaction_id: '48151623',
      amount: 100,
      currency: 'XOF',
      channels: 'ALL',
      description: 'Test paiement',
    };
    await stage.page.evaluate(
      ([first, second]) => {
        const { CinetPay } = (globalThis as any).module.exports;
        CinetPay.setConfig(first);
        CinetPay.getCheckout(second);
      },
      [config, order],
    );
    await counter().locator('#operator').selectOption('OM');
    await counter().locator('button[value=pay]').click();
    await counter().getByRole('heading', { name: 'Paiement accepté' }).waitFor();
    const row = await stage.customers.row({ transaction_id: order.transaction_id } as never);
    expect([row.status, row.return_url, row.drop_in.device_id]).toEqual(['accepted', null, 'device-1']);
    await expectNotified(shop, stage.gateway, { cpm_trans_id: order.transaction_id, cpm_error_message: 'SUCCES' });
  });
}

const CLIENTS = [
  { name: '@azinakou/cinetpay@0.0.24', prove: azinakou, isPossible: true },
  { name: 'node-cinetpay@1.0.6', prove: seamless, isPossible: hasBrowser },
];

describe('a public client', async () => {
  await tellOthers();
  for (const { name, prove, isPossible } of CLIENTS) {
    const had = await fromNpm(name);
    // What was not run must not count as passed.
    const title = had.reason === undefined ? name : `${name}, not run: ${had.reason}`;
    describe.runIf(had.reason === undefined && isPossible)(title, () => prove(had));
  }
});
