// Proves every rule of an order, on both sides of its bounds, through HTTP: what breaks none is saved and sent as it was written; what breaks one
// is refused with every fault at once, and neither saved nor sent.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEMO_SITES } from '../../simulator/state/settings';
import { startTestGateway, type TestGateway } from '../support/gateway';
import { sitesFile } from '../support/sites-file';
import { stageOf, type Stage } from '../support/stage';
import { ACCEPTED, CARD, REFUSED, SQL, text } from './order-cases';

let gateway: TestGateway;
let stage: Stage;
beforeAll(async () => {
  gateway = await startTestGateway();
  stage = stageOf(gateway);
  // CinetPay's own limits are not what is proved here.
  await stage.settings({ sites: DEMO_SITES.map((site) => ({ ...site, min_amount: 1, max_amount: 999_999_999 })) });
});
afterAll(() => gateway.close());

/** What would betray that something was kept or sent. */
async function traces(): Promise<unknown> {
  const count = `SELECT (SELECT count(*)::int FROM transactions) AS rows, (SELECT count(*)::int FROM order_doors) AS doors`;
  const { rows } = await gateway.db.query(count);
  return { ...rows[0], calls: (await stage.ledger()).calls.length };
}

describe('an order that breaks no rule is saved and sent', () => {
  it.each(ACCEPTED)('%s', async (_, overrides) => {
    const answer = await stage.place({ ...overrides });
    expect(answer.body).toMatchObject({ status: expect.stringMatching(/^(created|pending)$/) });
    expect(answer.status).toBe(201);
    const { transaction_id: id, integration } = answer.body;
    expect(await stage.row(id)).toMatchObject({ caller: 'shop' });
    expect(await stage.requests(id)).toHaveLength(integration === 'seamless' ? 0 : 1);
  });

  it('is kept as it was written, but for case', async () => {
    const written = {
      ...{
        description: SQL,
        metadata: '{"é": "\\""}',
        order_reference: 'r 1',
        lang: 'EN',
        alternative_currency: 'EUR',
      },
      ...{
        invoice_data: { b: '', a: '1' },
        customer: { ...CARD, country: 'cm' },
        return_url: 'https://shop.example/é?a=b',
      },
    };
    const { body } = await stage.place(written);
    expect(body).toMatchObject({ description: SQL, metadata: '{"é": "\\""}', lang: 'en', card_available: true });
    const kept = { ...written, lang: 'en', customer: { ...CARD, country: 'CM' } };
    expect(await stage.row(body.transaction_id)).toMatchObject(kept);
  });

  it('counts empty strings and nulls in optional fields as absent', async () => {
    const optional = ['transaction_id', 'order_reference', 'channels', 'lang', 'metadata', 'invoice_data', 'site_id'];
    const more = ['alternative_currency', 'lock_phone_number', 'integration'];
    const persons = [...Object.keys(CARD), 'state'];
    for (const nothing of ['', null]) {
      const all = (names: string[]): object => Object.fromEntries(names.map((name) => [name, nothing]));
      const { status, body } = await stage.place({ ...all([...optional, ...more]), customer: all(persons) });
      expect([status, body]).toEqual([201, expect.objectContaining({ channels: 'ALL', lang: 'fr', metadata: null })]);
      expect(body.transaction_id).toMatch(/^[A-Z0-9]{26}$/);
      expect(await stage.row(body.transaction_id)).toMatchObject({
        customer: null,
        order_reference: null,
        metadata: null,
      });
      expect((await stage.place({ customer: nothing })).status).toBe(201);
    }
  });
});

describe('an order that breaks a rule is refused, neither saved nor sent', () => {
  it.each(REFUSED)('%s', async (_, overrides, expected) => {
    const before = await traces();
    const { status, headers, body } = await stage.place({ ...overrides });
    expect(body).toMatchObject({ code: 'validation_failed', status: 400, safe_to_retry: 'new_request' });
    expect([status, headers.get('content-type')]).toEqual([400, expect.stringContaining('application/problem+json')]);
    expect(body.errors.map((fault: any) => `${fault.pointer} ${fault.code}`)).toEqual(expected);
    expect(await traces()).toEqual(before);
  });

  it('names every fault of one body at once', async () => {
    const before = await traces();
    const { body } = await stage.place({
      ...{
        amount: 2501,
        currency: 'EUR',
        description: '',
        return_url: 'x',
        transaction_id: 'a b',
        channels: 'CREDIT_CARD',
      },
      ...{
        lang: 'de',
        metadata: 5,
        invoice_data: [],
        lock_phone_number: true,
        status: 'accepted',
        integration: 'popup',
      },
      customer: { ...CARD, email: 'x', city: '', phone_number: '1', country: 'ZZ', caller: 'y' },
    });
    expect(body.errors.map((fault: any) => `${fault.pointer} ${fault.code}`).sort()).toEqual([
      ...[
        '/amount multiple_of_5',
        '/currency not_allowed',
        '/customer/caller unknown_field',
        '/customer/city required',
      ],
      ...['/customer/country format', '/customer/email format', '/customer/phone_number format', '/description length'],
      ...[
        '/integration not_allowed',
        '/invoice_data format',
        '/lang not_allowed',
        '/metadata type',
        '/return_url format',
      ],
      ...['/status unknown_field', '/transaction_id format'],
    ]);
    expect(body.errors.every((fault: any) => typeof fault.detail === 'string' && fault.detail !== '')).toBe(true);
    expect(await traces()).toEqual(before);
  });

  it("names the site's limit with the other faults, of the site that the order can be seen to want", async () => {
    const limited = DEMO_SITES.map((site) => ({ ...site, default: true, min_amount: 100, max_amount: 5_000 }));
    const theirs = { ...limited[0], site_id: '9', apikey: 'k9', default: false, min_amount: 1, callers: ['another'] };
    const env = { CINETPAY_SITES_FILE: sitesFile([...limited, theirs]), ROLES: 'api' };
    const own = await startTestGateway({ env });
    const faults = async (body: object): Promise<string[]> =>
      (await stageOf(own).place({ ...body })).body.errors.map((one: any) => `${one.pointer} ${one.code}`).sort();
    for (const [body, expected] of [
      [{ amount: 95 }, []],
      [{ amount: 95, description: '' }, ['/description length']],
      [{ amount: 5_005, lang: 'de' }, ['/lang not_allowed']],
      [{ amount: 96, site_id: '100001' }, ['/amount multiple_of_5']],
      [
        { amount: 95, channels: 'CREDIT_CARD', customer: CARD, lang: 'de', integration: 'x' },
        ['/integration not_allowed', '/lang not_allowed'],
      ],
    ] as const)
      expect(await faults(body)).toEqual(['/amount range', ...expected].sort());
    // No site is clear, or the amount is none, or it has been said: nothing is made up.
    for (const [body, expected] of [
      [{ amount: 95, currency: 'EUR' }, ['/currency not_allowed']],
      [{ amount: 95, site_id: '9', lang: 'de' }, ['/lang not_allowed']],
      [{ amount: 95, site_id: 7 }, ['/site_id type']],
      [{ amount: '95', lang: 'de' }, ['/amount type', '/lang not_allowed']],
      [{ amount: 0, lang: 'de' }, ['/amount range', '/lang not_allowed']],
      [{ amount: 100, lang: 'de' }, ['/lang not_allowed']],
    ] as const)
      expect(await faults(body)).toEqual(expected);
    await own.close();
  });

  it('refuses what is no JSON object, too, and does not repeat it', async () => {
    const before = await traces();
    const json = { 'content-type': 'application/json' };
    const broken = ['{"amount": 25', '[]', '"x"', '5', 'null', '', '{"amount":1,"__proto__":{"status":"accepted"}}'];
    const nested = '{"amount":5,"customer":{"__proto__":{"id":"x"}}}';
    for (const body of [...broken, nested, `{"description":"a\\u0000b"}`, '{"a":'.repeat(40) + '1' + '}'.repeat(40)]) {
      const answer = await gateway.call('POST', '/v1/payments', body, json);
      expect([answer.status, answer.body.code]).toEqual([400, 'malformed_json']);
    }
    const typed = (type: string): Promise<any> => gateway.call('POST', '/v1/payments', 'a=1', { 'content-type': type });
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      expect(await typed(type)).toMatchObject({ status: 415, body: { code: 'unsupported_media_type' } });
    }
    const large = await stage.place({ metadata: text(70_000) });
    expect([large.status, large.body.code]).toEqual([413, 'payload_too_large']);
    expect(await traces()).toEqual(before);
  });

  it('takes an Idempotency-Key of 1 to 255 characters', async () => {
    for (const key of ['k', text(255)]) expect((await stage.place({}, { 'idempotency-key': key })).status).toBe(201);
    const before = await traces();
    const { status, body } = await stage.place({}, { 'idempotency-key': text(256) });
    expect([status, body.errors]).toEqual([400, [expect.objectContaining({ code: 'length' })]]);
    expect(await traces()).toEqual(before);
  });
});
