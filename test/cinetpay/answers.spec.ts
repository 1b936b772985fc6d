// Proves that any answer of CinetPay, down to any bytes, becomes the outcome that the contract names, and that no
// credentials, links or customers get into what is kept.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCheck } from '../../src/cinetpay/check-answer';
import { readInitiation } from '../../src/cinetpay/initiation-answer';

const APIKEY = '1234canary5678apikey.87654321';
const TOKEN = '5df64dd9c5447739327eb88e1e4ea0ac015555cc262ea308c91acbd4e5c8fb95';
const LINK = `https://checkout.cinetpay.com/payment/${TOKEN}`;
const JSON_TYPE = { 'content-type': 'application/json' };

const raw = (body: unknown, status = 200, headers: Record<string, string> = JSON_TYPE) => ({
  status,
  headers,
  text: typeof body === 'string' ? body : JSON.stringify(body),
});
const initiation = (...from: Parameters<typeof raw>) => readInitiation(raw(...from), APIKEY).outcome;
const check = (...from: Parameters<typeof raw>) => readCheck(raw(...from), APIKEY).outcome;
const refusal = (code: unknown, description = 'x') => ({ code, message: 'M', description, api_response_id: '1.2' });

describe('an initiation', () => {
  const created = (data: unknown, code: unknown = '201') => ({ code, message: 'CREATED', data });
  const data = { payment_token: TOKEN, payment_url: LINK };

  it('is created by HTTP 200 or 201, code 201 as text or number, and a link', () => {
    for (const code of ['201', 201]) {
      expect(initiation(created(data, code))).toEqual({ kind: 'created', paymentUrl: LINK, paymentToken: TOKEN });
    }
    expect(initiation('\ufeff' + JSON.stringify(created(data))).kind).toBe('created');
    expect(initiation(created(data), 201).kind).toBe('created');
    expect(initiation(created({ payment_url: `${LINK}?a=1` }))).toMatchObject({ paymentToken: TOKEN });
  });

  it.each([
    ['no data', created(null), 200],
    ['data that is a list', created([data]), 200],
    ['no link', created({ payment_token: TOKEN }), 200],
    ['a script for a link', created({ ...data, payment_url: 'javascript:alert(1)' }), 200],
    ['a link that breaks a header', created({ ...data, payment_url: `${LINK}\r\nSet-Cookie: a=b` }), 200],
    ['another HTTP status', created(data), 202],
    ['429 with a link', created(data), 429],
    ['no code', { data }, 200],
    ['a code in no list', refusal('620'), 200],
    ['a code in no list under 4xx', refusal('800'), 400],
    ['a code of the check', refusal('00'), 200],
    ['5xx without a code', { message: 'down' }, 503],
    ['an empty object', {}, 200],
    ['a text', '"608"', 200],
    ['null', 'null', 400],
    ['nothing', '', 200],
    ['broken JSON under 4xx: an answer cut off', '{"code":"608","mess', 400],
  ])('is unclear: %s', (_, body, status) => {
    expect(initiation(body, status)).toEqual({ kind: 'unclear' });
  });

  it.each([200, 400, 401, 403, 422, 500])('reads a known code under HTTP %i', (status) => {
    for (const code of ['608', '624', '635', '636', '641', '642', 608]) {
      expect(initiation(refusal(code), status)).toEqual({ kind: 'rejected' });
    }
    for (const code of ['609', '613', 613]) {
      expect(initiation(refusal(code), status)).toEqual({ kind: 'misconfigured', about: 'credentials' });
    }
  });

  it('tells the currency case of 608 apart, and of 608 only', () => {
    const text = "… the one allowed to your account. Transaction currency:'XAF' Account currency:'XOF";
    expect(initiation(refusal('608', text))).toEqual({ kind: 'misconfigured', about: 'currency' });
    expect(initiation(refusal('624', text))).toEqual({ kind: 'rejected' });
  });

  it('is throttled by status or by code, as JSON or not, for as long as Retry-After says', () => {
    expect(initiation(refusal('429'), 429, { 'retry-after': '3' })).toEqual({ kind: 'throttled', retryAfterMs: 3000 });
    expect(initiation(refusal(429), 200)).toEqual({ kind: 'throttled', retryAfterMs: undefined });
    expect(initiation('<html>slow down</html>', 429, {})).toEqual({ kind: 'throttled', retryAfterMs: undefined });
    expect(initiation(refusal('608'), 429).kind).toBe('throttled');
  });

  it('is blocked by a page of the edge', () => {
    for (const [status, page] of [
      [403, '<html>error code: 1010</html>'],
      [400, 'accès interdit'],
      [404, ''],
    ] as const) {
      expect(initiation(page, status, { 'content-type': 'text/html' })).toEqual({ kind: 'blocked' });
    }
    expect(initiation('<html></html>', 502, {}).kind).toBe('unclear');
    expect(initiation('<html></html>', 302, {}).kind).toBe('unclear');
  });
});

describe('a check', () => {
  const paid = { amount: '2500', currency: 'XOF', status: 'ACCEPTED', payment_method: 'OM', operator_id: 'MP2.3' };
  const of = (code: unknown, data?: unknown, top = {}) => ({
    code,
    message: 'SUCCES',
    data,
    api_response_id: '1.2',
    ...top,
  });

  it('claims paid, completely only with code 00 and ACCEPTED', () => {
    expect(check(of('00', { ...paid, fund_availability_date: '2022-09-17 00:00:00' }))).toEqual({
      kind: 'claims_paid',
      claim: { complete: true, amount: '2500', currency: 'XOF', siteId: undefined, transactionId: undefined },
      details: { paymentMethod: 'OM', operatorId: 'MP2.3', fundAvailabilityDate: '2022-09-17' },
    });
    for (const body of [
      of('00', { ...paid, status: undefined }),
      of('00'),
      of('00', { ...paid, status: 'accepted' }),
      of('00', { ...paid, status: 'REFUSED' }),
      of('0', paid),
      of(0, paid),
      of('600', paid),
      of('662', paid),
      of(undefined, paid),
    ]) {
      expect(check(body)).toMatchObject({ kind: 'claims_paid', claim: { complete: false } });
    }
  });

  it('hands over the amount unconverted', () => {
    for (const amount of [2500, '2500.00', '2,500', null, { a: 1 }]) {
      expect(check(of('00', { ...paid, amount }))).toMatchObject({ claim: { amount } });
    }
  });

  it('tells which site and payment the answer names, and a contradiction as what matches neither', () => {
    const claim = (data: object, top = {}) => (check(of('00', { ...paid, ...data }, top)) as { claim: object }).claim;
    expect(claim({ cpm_site_id: '1', cpm_trans_id: 'T' })).toMatchObject({ siteId: '1', transactionId: 'T' });
    expect(claim({ site_id: 1, transaction_id: 'T' })).toMatchObject({ siteId: 1, transactionId: 'T' });
    expect(claim({}, { site_id: '1', transaction_id: 'T' })).toMatchObject({ siteId: '1', transactionId: 'T' });
    expect(claim({ site_id: null, transaction_id: '' })).toMatchObject({ siteId: undefined, transactionId: undefined });
    expect(claim({ site_id: '1' }, { site_id: '2' })).toMatchObject({ siteId: ['2', '1'] });
    expect(claim({ site_id: 1, cpm_site_id: '1' })).toMatchObject({ siteId: '1' });
  });

  it.each(['REFUSED', 'CANCELLED', 'CANCELED'])('%s is refused, whatever the code', (status) => {
    for (const code of ['600', '627', '662', '664', undefined]) {
      expect(check(of(code, { status, payment_method: 'MOMO', operator_id: null, payment_date: ' ' }))).toEqual({
        kind: 'refused',
        details: { paymentMethod: 'MOMO', operatorId: null, fundAvailabilityDate: null },
      });
    }
  });

  it('is open by its status, or by its code where the status says nothing', () => {
    for (const status of ['WAITING_FOR_CUSTOMER', 'WAITING_X', 'WAITING', 'PENDING', 'CREATED']) {
      expect(check(of('600', { status })).kind).toBe('open');
    }
    for (const code of ['623', '662', 663, '664']) {
      expect(check(of(code)).kind).toBe('open');
      expect(check(of(code, { status: 'NEW_WORD' })).kind).toBe('open');
    }
  });

  it.each(['608', '625', '600', '627', '602', '201', '999', 'WHAT', 605])(
    'code %s alone is answered, unpaid',
    (code) => {
      for (const status of [200, 400, 404]) expect(check(of(code), status)).toEqual({ kind: 'unpaid' });
    },
  );

  it('says nothing with 609, 613, 624, 429 and 5xx, even where the rest claims something', () => {
    for (const data of [undefined, paid, { status: 'REFUSED' }]) {
      expect(check(of('609', data))).toEqual({ kind: 'misconfigured', about: 'credentials' });
      expect(check(of('613', data), 500)).toEqual({ kind: 'misconfigured', about: 'credentials' });
      expect(check(of('624', data))).toEqual({ kind: 'unclear' });
      expect(check(of('429', data)).kind).toBe('throttled');
      expect(check(of('00', data), 500)).toEqual({ kind: 'unclear' });
    }
  });

  it('is unclear or blocked without an envelope', () => {
    for (const body of ['', 'null', '[]', '{}', '{"data":{}}', '{"code":"00","da'])
      expect(check(body).kind).toBe('unclear');
    expect(check('<html>1010</html>', 403, { 'content-type': 'text/html' }).kind).toBe('blocked');
    expect(check('<html></html>', 200, { 'content-type': 'text/html' }).kind).toBe('unclear');
  });
});

describe('what is kept', () => {
  it('holds the facts of a check and nothing of the customer', () => {
    const data = {
      ...{
        amount: '2500',
        currency: 'XOF',
        status: 'REFUSED',
        payment_date: ' ',
        cpm_site_id: 5,
        operator_id: { a: 1 },
      },
      ...{ phone_number: '0707070707', phone_prefix: '225', metadata: 'm', description: 'd', customer_name: 'K' },
      ...{ payment_token: TOKEN, payment_url: LINK },
    };
    const { facts } = readCheck(raw({ ...refusal('627'), data, transaction_id: 'T' }), APIKEY);
    expect(facts).toEqual({
      ...{ httpStatus: 200, code: '627', message: 'M', description: 'x', apiResponseId: '1.2' },
      data: {
        ...{ amount: '2500', currency: 'XOF', status: 'REFUSED', payment_date: ' ', cpm_site_id: 5 },
        ...{ operator_id: '[object]', transaction_id: 'T' },
      },
    });
    expect(readInitiation(raw({ code: '201', data }), APIKEY).facts.data).toBeNull();
  });

  it('cuts, cleans and blackens what CinetPay says in words', () => {
    const description = `bad phone +2250707070707 of awa@example.com with ${APIKEY} \0 \ud800 ${'x'.repeat(900)}`;
    const { facts } = readInitiation(raw(refusal('624', description)), APIKEY);
    expect(facts.description).toMatch(/^bad phone \[number\] of \[e-mail\] with \[apikey\] {2}\ufffd x+$/);
    expect(facts.description!.length).toBeLessThanOrEqual(500);
  });

  it('is read without a fault where a name is an object that cannot become text', () => {
    const data = { status: 'ACCEPTED', amount: '2500', currency: 'XOF' };
    expect(check({ code: '00', data, site_id: { toString: 0 } }).kind).toBe('claims_paid');
  });

  it('never holds the apikey or half a character, for any answer', () => {
    const hostile = fc.oneof(
      fc.constantFrom(APIKEY, LINK, TOKEN, `a${APIKEY}b`, '\ud800', '\0'),
      fc.string({ unit: 'binary' }),
    );
    const value: fc.Arbitrary<unknown> = fc.oneof(hostile, fc.jsonValue(), fc.integer(), fc.constant(undefined));
    const names = [
      'amount',
      'currency',
      'status',
      'payment_method',
      'operator_id',
      'payment_date',
      'site_id',
      'payment_url',
    ];
    const data = fc.oneof(fc.record(Object.fromEntries(names.map((name) => [name, value]))), value);
    const code = fc.oneof(fc.constantFrom('00', '201', '608', '609', '627', '662', 201, 0), value);
    const envelope = fc.record({
      code,
      message: value,
      description: value,
      api_response_id: value,
      data,
      site_id: value,
    });
    fc.assert(
      fc.property(envelope, fc.constantFrom(200, 201, 302, 400, 403, 429, 500), (body, status) => {
        for (const { facts } of [readCheck(raw(body, status), APIKEY), readInitiation(raw(body, status), APIKEY)]) {
          const kept = JSON.stringify(facts);
          expect(kept).not.toContain(APIKEY);
          // A text that spells such an escape out has its own backslash escaped.
          expect(kept.replaceAll('\\\\', '')).not.toMatch(/\\u0000|\\ud[89a-f]/);
        }
      }),
      { numRuns: 400 },
    );
  });
});

describe('any bytes', () => {
  it('give an outcome', () => {
    const kinds = new Set(['created', 'rejected', 'misconfigured', 'throttled', 'blocked', 'unclear']);
    const checkKinds = new Set([
      'claims_paid',
      'refused',
      'open',
      'unpaid',
      'misconfigured',
      'throttled',
      'blocked',
      'unclear',
    ]);
    const text = fc.oneof(
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString()),
      fc.json(),
      fc.string(),
      fc.nat(20_000).map((depth) => '['.repeat(depth)),
    );
    fc.assert(
      fc.property(
        text,
        fc.integer({ min: 100, max: 999 }),
        fc.dictionary(fc.constantFrom('content-type', 'retry-after'), fc.string()),
        (body, status, headers) => {
          expect(kinds).toContain(initiation(body, status, headers).kind);
          expect(checkKinds).toContain(check(body, status, headers).kind);
        },
      ),
      { numRuns: 1000 },
    );
  });
});
