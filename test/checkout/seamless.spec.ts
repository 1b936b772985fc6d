// Proves who is handed the configuration of CinetPay's script, and that our page around it lets the script go nowhere else.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { request, startTestGateway, type TestGateway } from '../support/gateway';
import { Customers, PAID } from './customers';

let gateway: TestGateway;
let customers: Customers;
beforeAll(async () => {
  gateway = await startTestGateway({ env: { ROLES: 'api', CHECK_SCHEDULE_SECONDS: '86400' } });
  customers = new Customers(gateway);
});
afterAll(() => gateway.close());

const seamless = { integration: 'seamless', return_url: undefined };
const configuration = (id: string, headers?: Record<string, string>) =>
  gateway.call('GET', `/v1/payments/${id}/seamless`, undefined, headers);

describe("the configuration for a page of the caller's own", () => {
  it('is what the script is called with: the saved order, the site, our notify_url', async () => {
    const placed = await customers.place({
      ...seamless,
      metadata: '{"a":1}',
      customer: { first_name: 'Awa', last_name: 'Koné' },
    });
    const { status, body, headers } = await configuration(placed.transaction_id);
    const site = gateway.config.sites.find(({ currency }) => currency === 'XOF')!;
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body).toEqual({
      script_url: `${gateway.simulator.url}/seamless/main.js`,
      config: {
        ...{ apikey: site.apikey.reveal(), site_id: site.site_id, mode: 'PRODUCTION' },
        notify_url: expect.stringContaining('/cinetpay/notify'),
      },
      checkout: {
        ...{ transaction_id: placed.transaction_id, amount: 2500, currency: 'XOF', description: 'Order 1234' },
        ...{ channels: 'ALL', lang: 'fr', metadata: Buffer.from('{"a":1}').toString('base64') },
        ...{ customer_name: 'Koné', customer_surname: 'Awa' },
      },
      seen_url: `${placed.checkout_url}/seen`,
    });
  });

  it('is for its caller only', async () => {
    const placed = await customers.place(seamless);
    const other = await gateway.createKey('other');
    expect((await configuration(placed.transaction_id, { authorization: `Bearer ${other}` })).status).toBe(404);
    expect((await configuration(placed.transaction_id, { authorization: '' })).status).toBe(401);
    expect((await configuration('NOBODY')).status).toBe(404);
  });

  it('is refused for a payment that has a link of its own', async () => {
    const placed = await customers.place();
    const { status, body } = await configuration(placed.transaction_id);
    expect([status, body.code, body.safe_to_retry]).toEqual([409, 'conflict', 'never']);
  });

  it('is refused once the payment must not be paid any more', async () => {
    const closed = await customers.place(seamless);
    await gateway.call('POST', `/v1/payments/${closed.transaction_id}/close`);
    const accepted = await customers.place(seamless);
    await customers.change(accepted, PAID);
    const review = await customers.place(seamless);
    await customers.change(review, { needs_review: true });
    for (const { transaction_id } of [closed, accepted, review]) {
      expect((await configuration(transaction_id)).status).toBe(409);
    }
  });

  it('is refused when the site no longer publishes its key, and our page says so too', async () => {
    const placed = await customers.place({ ...seamless, currency: 'XAF' });
    const site = gateway.config.sites.find(({ currency }) => currency === 'XAF')!;
    site.seamless = false;
    try {
      const { status, body } = await configuration(placed.transaction_id);
      expect([status, body.code]).toEqual([422, 'seamless_not_allowed']);
      const page = await customers.visit(placed, '/seamless');
      expect(page.status).toBe(409);
      expect(page.text).toContain('Paiement indisponible ici');
      expect(page.text).not.toContain(site.apikey.reveal());
    } finally {
      site.seamless = true;
    }
  });
});

describe('our page around the script', () => {
  it('is what both addresses of a seamless order show', async () => {
    const placed = await customers.place(seamless);
    const [start, page] = [await customers.visit(placed), await customers.visit(placed, '/seamless')];
    expect(start.text).toBe(page.text);
    expect(page.text).toContain(`<script src="${gateway.simulator.url}/seamless/main.js"></script>`);
    const policy = page.headers.get('content-security-policy')!;
    expect(policy).toContain(`connect-src 'self' ${gateway.simulator.url};`);
    expect(policy).toMatch(
      new RegExp(`script-src 'sha256-[^']+' 'sha256-[^']+' ${gateway.simulator.url}/seamless/main.js;`),
    );
  });

  it('is no detour to the counter of another order', async () => {
    const placed = await customers.place();
    const { status, headers } = await customers.visit(placed, '/seamless');
    expect([status, headers.get('location')]).toEqual([303, new URL(placed.checkout_url).pathname]);
  });

  it('wakes the payment when the script calls back, and believes nothing of it', async () => {
    const placed = await customers.place(seamless);
    const { status, text } = await request('POST', `${placed.checkout_url}/seen`, { status: 'ACCEPTED', amount: 1 });
    expect([status, text]).toEqual([204, '']);
    const row = await customers.row(placed);
    expect([row.wake_number, row.status, row.amount]).toEqual([1, 'created', '2500']);
  });
});
