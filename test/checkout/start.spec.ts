// Proves where a customer is sent for every state an order can be in, and what the pages around that tell browsers and programs.
import { DataSource } from 'typeorm';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { request, startTestGateway, type Answer, type TestGateway } from '../support/gateway';
import { Customers, type Placed } from './customers';

let gateway: TestGateway;
let customers: Customers;
beforeAll(async () => {
  // Nothing happens by the clock here: only what a test does.
  gateway = await startTestGateway({ env: { CHECK_SCHEDULE_SECONDS: '86400', INITIATION_RETRY_SECONDS: '1' } });
  customers = new Customers(gateway);
});
afterEach(() => customers.faults([]));
afterAll(() => gateway.close());

const title = ({ text }: Answer): string | undefined => /<title>(.*)<\/title>/.exec(text)?.[1];
const word = async (placed: Placed): Promise<string> => (await customers.visit(placed, '/status')).body.status;

async function expectResult(placed: Placed, wanted: string, status: string): Promise<void> {
  for (const page of ['', '/inline', '/result']) {
    const answer = await customers.visit(placed, page);
    expect([page, answer.status, title(answer)]).toEqual([page, 200, wanted]);
    expect(answer.headers.get('location')).toBeNull();
  }
  expect(await word(placed)).toBe(status);
}

describe('an order that can be paid', () => {
  it('leads on to the counter that CinetPay gave, and to nothing else', async () => {
    const placed = await customers.place();
    const { status, headers, text } = await customers.visit(
      placed,
      '?payment_url=https://evil.example&url=//evil.example',
    );
    expect([status, headers.get('location'), text]).toEqual([303, placed.payment_url, '']);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(await word(placed)).toBe('PENDING');
  });

  it('shows its counter in a frame of our page', async () => {
    const placed = await customers.place();
    const answer = await customers.visit(placed, '/inline');
    expect(answer.status).toBe(200);
    expect(answer.text).toContain(`<iframe src="${placed.payment_url}"`);
    expect(answer.headers.get('content-security-policy')).toContain(`frame-src 'self' ${gateway.simulator.url};`);
    expect(answer.headers.get('permissions-policy')).toContain(`payment=("${gateway.simulator.url}")`);
  });

  it('has a waiting room until there is a link, which then becomes the counter', async () => {
    const placed = await customers.placeWithoutLink();
    for (const [page, next] of [
      ['', ''],
      ['/inline', '/inline'],
    ] as const) {
      const answer = await customers.visit(placed, page);
      expect([answer.status, title(answer)]).toEqual([200, 'Un instant…']);
      const { pathname } = new URL(placed.checkout_url + next);
      expect(answer.text).toContain(`<noscript><meta http-equiv="refresh" content="2;url=${pathname}"></noscript>`);
      expect(answer.text).toContain(`<a class="button second" href="${pathname}">`);
    }
    expect((await customers.visit(placed, '/view')).body).toEqual({ view: 'waiting' });
    expect(await word(placed)).toBe('PENDING');
    await customers.faults([]);
    await customers.becomes(placed, { status: 'pending' });
    expect((await customers.visit(placed, '/view')).body).toEqual({ view: 'counter' });
    expect((await customers.visit(placed)).status).toBe(303);
  });

  it('says so when CinetPay takes long', async () => {
    const placed = await customers.placeWithoutLink();
    await customers.change(placed, { created_at: new Date(Date.now() - 11_000) });
    expect(title(await customers.visit(placed))).toBe('Encore un peu de patience');
  });

  it('still leads to the counter while CinetPay says that the customer is at it', async () => {
    const placed = await customers.place();
    await customers.does('wait', placed);
    await customers.visit(placed, '/return');
    expect((await customers.visit(placed)).status).toBe(303);
    expect(title(await customers.visit(placed, '/result'))).toBe('Confirmation en cours');
  });
});

describe('an order that must not be paid any more', () => {
  it('accepted', async () => {
    const placed = await customers.place();
    await customers.ends('pay', placed);
    await expectResult(placed, 'Paiement accepté', 'ACCEPTED');
  });

  it('refused', async () => {
    const placed = await customers.place();
    await customers.ends('refuse', placed);
    await expectResult(placed, 'Paiement refusé', 'REFUSED');
  });

  it('cancelled by the customer', async () => {
    const placed = await customers.place();
    await customers.ends('cancel', placed);
    await expectResult(placed, 'Paiement annulé', 'CANCELLED');
  });

  it('expired', async () => {
    const placed = await customers.place();
    await customers.change(placed, { status: 'expired', status_reason: 'not_paid_in_time' });
    await expectResult(placed, 'Délai dépassé', 'PENDING');
  });

  it('rejected by CinetPay', async () => {
    const { status, body } = await gateway.call('POST', '/v1/payments', {
      ...{ amount: 5, currency: 'XOF', description: 'too little', return_url: 'https://shop.example/' },
    });
    expect(status).toBe(422);
    await expectResult(await customers.read(body), 'Paiement impossible', 'REFUSED');
  });

  it('closed by its caller, before and after it had a link', async () => {
    for (const placed of [await customers.place(), await customers.placeWithoutLink()]) {
      await gateway.call('POST', `/v1/payments/${placed.transaction_id}/close`);
      await expectResult(placed, 'Lien fermé', 'PENDING');
    }
  });

  it('paid by another payment of the same order, unless it is the one that paid', async () => {
    const order_reference = 'twice';
    const first = await customers.place({ order_reference });
    await customers.ends('refuse', first);
    const second = await customers.place({ order_reference });
    expect((await customers.visit(second)).status).toBe(303);
    await customers.ends('pay', first);
    await expectResult(second, 'Commande déjà payée', 'PENDING');
    await expectResult(first, 'Paiement accepté', 'ACCEPTED');
  });

  it('paid in a way that contradicts the order', async () => {
    const placed = await customers.place();
    await customers.faults([{ operation: 'check', kind: 'wrong_amount' }]);
    await customers.does('pay', placed);
    await customers.becomes(placed, { needs_review: true, status: 'pending' });
    await expectResult(placed, 'Paiement en cours de vérification', 'PENDING');
  });
});

describe('an unknown address', () => {
  it.each(['nobody', 'a'.repeat(42), '..%2f..', '%00', '%C3%A9', "'%20OR%201=1", '<script>'])(
    'is a page for people: %s',
    async (token) => {
      const nobody = { checkout_url: `${gateway.url}/checkout/${token}` };
      for (const page of ['', '/inline', '/seamless', '/result', '/return']) {
        const answer = await customers.visit(nobody, page, { 'accept-language': 'en' });
        expect([page, answer.status, title(answer)]).toEqual([page, 404, 'Payment not found']);
        expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
      }
      expect(title(await customers.visit(nobody))).toBe('Paiement introuvable');
      expect((await request('POST', `${nobody.checkout_url}/return`)).status).toBe(404);
    },
  );

  it('is a problem for programs', async () => {
    for (const [method, page] of [
      ['GET', 'status'],
      ['GET', 'view'],
      ['POST', 'seen'],
    ] as const) {
      const { status, body } = await request(method, `${gateway.url}/checkout/nobody/${page}`);
      expect([page, status, body.code]).toEqual([page, 404, 'not_found']);
    }
  });
});

describe('while the database is away', () => {
  it('says that nothing is lost, in words and for programs, and CinetPay still gets its ping answered', async () => {
    // Without workers nobody holds a connection that the pool would wait for.
    const lonely = await startTestGateway({ env: { ROLES: 'api' } });
    try {
      const there = new Customers(lonely);
      const placed = await there.place();
      await lonely.app.get(DataSource).destroy();
      for (const page of ['', '/inline', '/result', '/return']) {
        const answer = await there.visit(placed, page, { 'accept-language': 'en' });
        expect([page, answer.status, title(answer)]).toEqual([page, 503, 'Briefly out of service']);
        expect(answer.headers.get('retry-after')).toBe('5');
        expect(answer.text).toContain('Your payment is not lost.');
      }
      expect((await there.visit(placed, '/status')).body).toMatchObject({ status: 503, code: 'storage_unavailable' });
      expect((await request('HEAD', `${placed.checkout_url}/return`)).status).toBe(200);
    } finally {
      await lonely.close();
    }
  });
});

describe('every page', () => {
  it('is small, brings everything with it, is kept nowhere and tells nobody where it was', async () => {
    const placed = await customers.place();
    const waiting = await customers.placeWithoutLink({ description: 'W'.repeat(255) });
    const seamless = await customers.place({ integration: 'seamless' });
    const nobody = { checkout_url: `${gateway.url}/checkout/nobody` };
    for (const [of, page] of [
      [placed, '/inline'],
      [placed, '/result'],
      [waiting, ''],
      [seamless, ''],
      [nobody, ''],
    ] as const) {
      const { headers, text } = await customers.visit(of, page);
      expect(Buffer.byteLength(text)).toBeLessThan(30_000);
      expect(text).not.toMatch(/@import|@font-face|url\(|<link rel="(?!icon" href="data:,)/);
      expect(text).not.toMatch(/\son[a-z]+=|javascript:/i);
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-frame-options')).toBeNull();
      expect(headers.get('permissions-policy')).toMatch(
        page === '/inline' || of === seamless ? /camera=\(\).*payment=\("http/ : /camera=\(\).*payment=\(\)$/,
      );
      const policy = headers.get('content-security-policy')!;
      expect(policy).toContain("default-src 'none'; base-uri 'none';");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(/script-src [^;]*/.exec(policy)?.[0] ?? '').not.toMatch(/unsafe|\*|https?:(?!\/\/)/);
    }
  });

  it('speaks the language of its order, whatever the browser prefers', async () => {
    const placed = await customers.placeWithoutLink({ lang: 'en' });
    const { text } = await customers.visit(placed, '', { 'accept-language': 'fr' });
    expect(text).toContain('<html lang="en">');
    expect(text).toContain('One moment');
  });

  it('may be framed by others only for a drop-in order that runs in their script', async () => {
    const placed = await customers.placeWithoutLink();
    const drop_in = { site_id: '1', notify_url: 'https://shop.example/n' };
    const ancestors = async (): Promise<string | undefined> =>
      /frame-ancestors ([^;]*)/.exec((await customers.visit(placed)).headers.get('content-security-policy')!)?.[1];
    await customers.change(placed, { origin: 'drop_in', drop_in });
    expect(await ancestors()).toBe("'none'");
    await customers.change(placed, { drop_in: { ...drop_in, device_id: 'socket' } });
    expect(await ancestors()).toBeUndefined();
  });
});

describe('text from outside', () => {
  const hostile = `</title><script>alert(1)</script>"'><img src=x onerror=alert(1)> &lt;b&gt;`;

  it('stays text on every page', async () => {
    const placed = await customers.placeWithoutLink({ description: hostile });
    const framed = await customers.place({ description: hostile });
    const seamless = await customers.place({ integration: 'seamless', description: hostile, metadata: hostile });
    for (const [of, page] of [
      [placed, ''],
      [placed, '/result'],
      [framed, '/inline'],
      [seamless, '/seamless'],
    ] as const) {
      const { text } = await customers.visit(of, page);
      expect(text).toContain('&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&gt;&lt;img src=x');
      expect(text).not.toMatch(/<script>alert|<img|<b>/);
      expect(text).toContain('&amp;lt;b&amp;gt;');
    }
  });
});
