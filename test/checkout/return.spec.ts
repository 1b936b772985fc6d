// Proves that the customer's way back only asks CinetPay and only leads where the order said: nothing a request carries is believed.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually, request, startTestGateway, type Answer, type TestGateway } from '../support/gateway';
import { Customers, PAID, type Placed } from './customers';

let gateway: TestGateway;
let customers: Customers;
beforeAll(async () => {
  // No worker: what a request changes in a row, nobody else has changed.
  gateway = await startTestGateway({ env: { ROLES: 'api', CHECK_SCHEDULE_SECONDS: '86400' } });
  customers = new Customers(gateway);
});
afterAll(() => gateway.close());

const target = ({ transaction_id }: Placed): string => `https://shop.example/thanks?transaction_id=${transaction_id}`;
const arrive = (placed: Placed, body?: string, headers: Record<string, string> = {}, query = ''): Promise<Answer> =>
  request('POST', `${placed.checkout_url}/return${query}`, body, headers);
const form = { 'content-type': 'application/x-www-form-urlencoded' };

/** Everything of a row but what a wake changes. */
async function untouched(placed: Placed): Promise<Record<string, unknown>> {
  const { wake_number, woken_at, wake_allowed_at, next_check_at, ...rest } = await customers.row(placed);
  expect([wake_number, woken_at, wake_allowed_at, next_check_at]).toHaveLength(4);
  return rest;
}

describe('the way back of an order', () => {
  let placed: Placed;
  beforeEach(async () => (placed = await customers.place()));

  it('is its own return_url with its id, by POST and by GET of a browser', async () => {
    const posted = await arrive(placed, `transaction_id=${placed.transaction_id}&token=x`, form);
    const visited = await customers.visit(placed, '/return');
    for (const { status, headers, text } of [posted, visited]) {
      expect([status, headers.get('location'), text]).toEqual([303, target(placed), '']);
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
    }
  });

  it('wakes the payment, and changes nothing else of it', async () => {
    const before = await untouched(placed);
    expect((await customers.row(placed)).wake_number).toBe(0);
    await arrive(placed);
    await customers.visit(placed, '/return');
    const after = await customers.row(placed);
    expect(after.wake_number).toBe(2);
    expect(after.next_check_at.getTime()).toBeLessThanOrEqual(Date.now());
    expect(await untouched(placed)).toEqual(before);
  });

  it.each([
    ['another status', 'status=ACCEPTED&code=00&cpm_result=00&cpm_error_message=SUCCES', form],
    ['another id', 'transaction_id=SOMEBODYELSE&cpm_trans_id=SOMEBODYELSE&token=nobody', form],
    ['another address', 'return_url=https%3A%2F%2Fevil.example&redirect=//evil.example&next=/docs', form],
    ['markup', 'transaction_id=<script>alert(1)</script>&token="><img src=x onerror=alert(1)>', form],
    ['header lines', 'transaction_id=a%0d%0aLocation:%20https://evil.example%0d%0a%0d%0a<b>', form],
    [
      'JSON',
      '{"status":"ACCEPTED","transaction_id":"OTHER","return_url":"https://evil.example"}',
      { 'content-type': 'application/json' },
    ],
    ['broken JSON', '{"status":', { 'content-type': 'application/json' }],
    ['a NUL in a form', 'a=%00', form],
    [
      'multipart',
      '--x\r\nContent-Disposition: form-data; name="status"\r\n\r\nACCEPTED\r\n--x--',
      { 'content-type': 'multipart/form-data; boundary=x' },
    ],
    ['an unreadable content type', 'a=b', { 'content-type': 'not/a type; ;;' }],
    ['200 KB', 'a'.repeat(200_000), form],
    ['nothing', undefined, {}],
  ] as const)('takes nothing from what is posted: %s', async (_what, body, headers) => {
    const before = await untouched(placed);
    const answer = await arrive(placed, body, { ...headers }, '?status=ACCEPTED&return_url=https://evil.example');
    expect([answer.status, answer.headers.get('location'), answer.text]).toEqual([303, target(placed), '']);
    expect(await untouched(placed)).toEqual(before);
    expect(before.status).toBe('pending');
  });

  it('takes nothing from headers either', async () => {
    const lies = {
      ...{ 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'javascript', referer: 'https://evil.example/' },
      ...{ origin: 'https://evil.example', 'x-original-url': '/evil', 'x-http-method-override': 'DELETE' },
    };
    const { status, headers } = await arrive(placed, undefined, lies);
    expect([status, headers.get('location')]).toEqual([303, target(placed)]);
  });

  it('answers pings with 200 and nothing, and sleeps on', async () => {
    const url = `${placed.checkout_url}/return`;
    const pings = [
      await request('HEAD', url, undefined, { accept: 'text/html' }),
      await request('HEAD', url),
      await request('GET', url, undefined, { accept: '*/*' }),
      await request('GET', url, undefined, { accept: 'application/json, text/plain' }),
      await request('GET', url, undefined, { accept: '' }),
    ];
    for (const { status, text, headers } of pings) {
      expect([status, text, headers.get('location')]).toEqual([200, '', null]);
    }
    expect((await customers.row(placed)).wake_number).toBe(0);
  });

  it('is a page with a link where the counter runs in a frame, because a shop need not let itself be framed', async () => {
    const { status, text, headers } = await arrive(placed, 'status=ACCEPTED', { ...form, 'sec-fetch-dest': 'iframe' });
    expect(status).toBe(200);
    expect(text).toContain(`href="${target(placed)}"`);
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'(?!.*frame-ancestors)/);
  });
});

describe('a return_url', () => {
  it.each([
    ['https://shop.example/t?a=1&b=%3Cscript%3E', 'https://shop.example/t?a=1&b=%3Cscript%3E&transaction_id='],
    [
      `https://shop.example/"'><script>alert(1)</script>`,
      "https://shop.example/%22'%3E%3Cscript%3Ealert(1)%3C/script%3E?transaction_id=",
    ],
    ['https://shop.example/é?ü=ß', 'https://shop.example/%C3%A9?%C3%BC=%C3%9F&transaction_id='],
  ])('keeps what it carries, as a header can hold it: %s', async (return_url, wanted) => {
    const placed = await customers.place({ return_url });
    expect((await arrive(placed)).headers.get('location')).toBe(wanted + placed.transaction_id);
  });

  it.each([
    'javascript:alert(1)',
    'data:text/html,x',
    '//shop.example',
    'https://a:b@shop.example/',
    'https://shop.example/\r\nSet-Cookie: a=b',
  ])('is refused with the order: %s', async (return_url) => {
    const { status, body } = await gateway.call('POST', '/v1/payments', {
      ...{ amount: 100, currency: 'XOF', description: 'x', return_url },
    });
    expect([status, body.errors.map(({ pointer }: any) => pointer)]).toEqual([400, ['/return_url']]);
  });

  it.each(['javascript:alert(1)', 'data:text/html,<script>alert(1)</script>', 'not a url'])(
    'that got into the row all the same leads nowhere: %s',
    async (return_url) => {
      const placed = await customers.place();
      for (const origin of ['api', 'drop_in']) {
        await customers.change(placed, { return_url, origin, drop_in: origin === 'api' ? null : DROP_IN });
        const { status, headers, text } = await arrive(placed);
        expect([status, headers.get('location')]).toEqual([200, null]);
        expect(text).not.toContain('javascript:');
        expect(text).not.toContain('data:text');
      }
    },
  );

  it('with line breaks in the row makes no header of its own', async () => {
    const placed = await customers.place();
    await customers.change(placed, { return_url: 'https://shop.example/\r\nSet-Cookie: a=b\r\n\r\n<b>' });
    const { status, headers } = await arrive(placed);
    expect([status, headers.get('set-cookie')]).toEqual([303, null]);
    expect(headers.get('location')).toBe(
      `https://shop.example/Set-Cookie:%20a=b%3Cb%3E?transaction_id=${placed.transaction_id}`,
    );
  });
});

const DROP_IN = { site_id: '1', notify_url: 'https://shop.example/n' };

describe('the way back of a drop-in order', () => {
  it('is a form with its id and its token, as CinetPay posts it', async () => {
    const placed = await customers.place({ return_url: 'https://shop.example/back?a=1&b="><script>alert(1)</script>' });
    await customers.change(placed, { origin: 'drop_in', drop_in: DROP_IN });
    const token = placed.checkout_url.split('/').pop();
    for (const answer of [
      await arrive(placed, 'transaction_id=OTHER&token=OTHER', form),
      await customers.visit(placed, '/return'),
    ]) {
      const { status, text, headers } = answer;
      expect([status, headers.get('location')]).toEqual([200, null]);
      expect(text).toContain(
        '<form method="post" action="https://shop.example/back?a=1&amp;b=&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;">',
      );
      expect(text).toContain(`name="transaction_id" value="${placed.transaction_id}"`);
      expect(text).toContain(`name="token" value="${token}"`);
      expect(text).not.toContain('OTHER');
      expect(headers.get('content-security-policy')).not.toContain('form-action');
    }
    expect((await customers.row(placed)).wake_number).toBe(2);
  });
});

describe('an order without a return_url', () => {
  it('ends on our own result page, which never leads back to the counter', async () => {
    const placed = await customers.place({ integration: 'seamless', return_url: undefined });
    const { status, text } = await arrive(placed, 'status=ACCEPTED', form);
    expect(status).toBe(200);
    expect(text).toContain('Confirmation en cours');
    expect(text).toContain(`data-next="${new URL(placed.checkout_url).pathname}/result"`);
    expect(text).not.toContain('Retour à la boutique');
  });

  it('may be framed when it is a drop-in order of the old script', async () => {
    const placed = await customers.place();
    const drop_in = { ...DROP_IN, device_id: 'socket' };
    await customers.change(placed, {
      origin: 'drop_in',
      return_url: null,
      drop_in,
      ...PAID,
    });
    const { status, text, headers } = await arrive(placed);
    expect(status).toBe(200);
    expect(text).toContain('Paiement accepté');
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'(?!.*frame-ancestors)/);
  });
});

describe('with its workers', () => {
  it('the customer who comes back makes the payment known although no notification arrived', async () => {
    const working = await startTestGateway({ env: { CHECK_SCHEDULE_SECONDS: '86400' } });
    try {
      const there = new Customers(working);
      await there.faults([{ operation: 'notify', kind: 'lost' }]);
      const placed = await there.place();
      await there.does('pay', placed);
      await request('POST', `${placed.checkout_url}/return`, 'status=REFUSED', form);
      await there.becomes(placed, { status: 'accepted' });
      await eventually(async () => expect((await there.visit(placed, '/status')).body).toEqual({ status: 'ACCEPTED' }));
    } finally {
      await working.close();
    }
  });
});
