// Proves how payments are read: one by its id, many by filters and page by page, each caller its own and an admin all.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../src/common/ids';
import { eventually, order, request, startTestGateway, type TestGateway } from '../support/gateway';
import { stageOf, type Stage } from '../support/stage';

let gateway: TestGateway;
let stage: Stage;
let other: string;
let admin: string;
const placed: Record<string, any> = {};
beforeAll(async () => {
  gateway = await startTestGateway();
  stage = stageOf(gateway);
  other = await gateway.createKey('another');
  admin = await gateway.createKey('ops', ['admin']);
  for (const [name, overrides] of Object.entries({
    ...{
      first: {},
      usd: { currency: 'USD', amount: 34 },
      named: { order_reference: 'R 1' },
      refused: {},
      seamless: { integration: 'seamless' },
    },
    flagged: {},
  })) {
    placed[name] = (await stage.place({ ...overrides })).body;
  }
  await stage.act(placed.refused.transaction_id, 'refuse');
  await eventually(async () => expect((await stage.read(placed.refused.transaction_id)).status).toBe('refused'));
  const flag = 'UPDATE transactions SET needs_review = true WHERE transaction_id = $1';
  await gateway.db.query(flag, [placed.flagged.transaction_id]);
  await request('POST', `${gateway.url}/v1/payments`, order(), { authorization: `Bearer ${other}` });
});
afterAll(() => gateway.close());

const list = async (query = '', key = gateway.apiKey): Promise<any> =>
  (await request('GET', `${gateway.url}/v1/payments${query}`, undefined, { authorization: `Bearer ${key}` })).body;
const names = ({ data }: { data: { transaction_id: string }[] }): string[] =>
  data.map(
    ({ transaction_id: id }) => Object.keys(placed).find((name) => placed[name].transaction_id === id) ?? 'foreign',
  );

describe('the list of payments', () => {
  it('is newest first, and shows each as it is read alone', async () => {
    const page = await list();
    expect([names(page), page.next_cursor]).toEqual([
      ['flagged', 'seamless', 'refused', 'named', 'usd', 'first'],
      null,
    ]);
    for (const payment of page.data) expect(payment).toEqual(await stage.read(payment.transaction_id));
  });

  it.each([
    ['?status=created', ['seamless']],
    ['?status=refused', ['refused']],
    ['?status=accepted', []],
    ['?currency=USD', ['usd']],
    ['?order_reference=R%201', ['named']],
    ['?order_reference=R', []],
    ["?order_reference=';--", []],
    ['?needs_review=true', ['flagged']],
    ['?needs_review=false&currency=XOF&status=pending', ['named', 'first']],
    ['?limit=2', ['flagged', 'seamless']],
    ['?created_before=2020-01-01T00:00:00Z', []],
    ['?created_after=2020-01-01', ['flagged', 'seamless', 'refused', 'named', 'usd', 'first']],
  ])('narrows by %s', async (query, expected) => expect(names(await list(query))).toEqual(expected));

  it('narrows to a time: from an instant on, up to but without another', async () => {
    const query = (name: string, at: string): string => `?${name}=${encodeURIComponent(at)}`;
    const { created_at: at } = placed.named;
    const ids = names(await list(query('created_after', at)));
    expect([ids.includes('named'), ids.includes('usd')]).toEqual([true, false]);
    expect(names(await list(query('created_before', at)))).toEqual(['usd', 'first']);
  });

  it.each([
    ...[
      '?limit=0',
      '?limit=101',
      '?limit=x',
      '?limit=1.5',
      '?status=open',
      '?currency=EUR',
      '?needs_review=1',
      '?page=2',
    ],
    ...['?created_after=-100000-01-01T00:00:00Z', '?created_before=%2B275000-01-01T00:00:00Z'],
    ...['?cursor=AA', '?cursor=ICAgI', `?cursor=${'QUFB'.repeat(34)}`],
    ...['?created_after=yesterday', '?cursor=***', '?limit=1&limit=2', `?order_reference=${'x'.repeat(65)}`],
  ])('refuses %s', async (query) => {
    const answer = await gateway.call('GET', `/v1/payments${query}`);
    expect([answer.status, answer.body.code, answer.body.errors.length]).toEqual([400, 'validation_failed', 1]);
  });

  it("shows a caller's own, and an admin everybody's", async () => {
    expect(names(await list('', other))).toEqual(['foreign']);
    expect(names(await list('', admin))).toHaveLength(7);
  });

  it("takes no cursor from another caller's page, which would tell when that payment was made", async () => {
    const [foreign] = (await list('', other)).data;
    const cursor = Buffer.from(foreign.transaction_id).toString('base64url');
    expect(names(await list(`?cursor=${cursor}`))).toEqual([]);
    expect(names(await list(`?cursor=${cursor}`, admin))).toHaveLength(6);
  });

  it('pages through payments of one instant, each once, while more come in', async () => {
    const many = `INSERT INTO transactions (transaction_id, caller, origin, site_id, integration, amount, currency, description, channels, lang,
        lock_phone_number, card_available, wire_body, checkout_token, status, created_at)
      SELECT 'P' || n, 'pager', 'api', '100001', 'redirect', 2500, 'XOF', 'd', 'ALL', 'fr', false, false, '{}', 'pager' || n, 'rejected', '2026-01-01T00:00:00.123456Z'
      FROM generate_series(1, 25) AS n`;
    await gateway.db.query(many);
    const key = await gateway.createKey('pager');
    const seen: string[] = [];
    let cursor: string | null = '';
    let pages = 0;
    while (cursor !== null) {
      const page: any = await list(`?limit=10${cursor && `&cursor=${cursor}`}`, key);
      seen.push(...page.data.map((payment: any) => payment.transaction_id));
      cursor = page.next_cursor;
      pages += 1;
      await request('POST', `${gateway.url}/v1/payments`, order(), { authorization: `Bearer ${key}` });
    }
    expect([pages, seen.length, new Set(seen).size]).toEqual([3, 25, 25]);
  });

  it.each([
    ['what CinetPay’s clients write', 'n° #1/2$3&4'],
    ['100 characters of 4 bytes', '𝟙'.repeat(97)],
  ])('pages through ids of %s', async (_, id) => {
    const caller = newId();
    await gateway.db.query(
      `INSERT INTO transactions (transaction_id, caller, origin, site_id, integration, amount, currency, description, channels, lang,
        lock_phone_number, card_available, wire_body, checkout_token, status)
      SELECT $1::text || ' ' || n, $2::text, 'drop_in', '100001', 'redirect', 2500, 'XOF', 'd', 'ALL', 'fr', false, false, '{}', $1::text || n, 'rejected'
      FROM generate_series(10, 12) AS n`,
      [id, caller],
    );
    const key = await gateway.createKey(caller);
    const seen: string[] = [];
    for (let query = '?limit=1'; query !== '';) {
      const { data, next_cursor } = await list(query, key);
      seen.push(data[0].transaction_id);
      query = next_cursor === null ? '' : `?limit=1&cursor=${next_cursor}`;
    }
    expect(seen.sort()).toEqual([`${id} 10`, `${id} 11`, `${id} 12`]);
  });
});

describe('one payment', () => {
  it('is read without a side effect', async () => {
    const id = placed.first.transaction_id;
    const before = await stage.row(id);
    await stage.read(id);
    expect([await stage.row(id), await stage.requests(id, 'check')]).toEqual([before, []]);
  });

  it('that no text of Postgres can name (%00) is a 400, and whoever asks at the same time gets an answer', async () => {
    const others = Array.from({ length: 20 }, () => gateway.call('GET', `/v1/payments/${placed.first.transaction_id}`));
    const { status, body } = await gateway.call('GET', '/v1/payments/a%00b');
    expect([status, body.code]).toEqual([400, 'malformed_request']);
    for (const answer of await Promise.all(others)) expect(answer.status).toBe(200);
  });

  it.each(['NOBODYS', '%F0%9F%98%80', "'%3B--", '%20', 'x'.repeat(300), '..%2F..%2Fhealth'])(
    'that is not there (%s) is a 404',
    async (id) => {
      for (const path of [`/v1/payments/${id}`, `/v1/payments/${id}/history`]) {
        const { status, body } = await gateway.call('GET', path);
        expect([path, status, body.code]).toEqual([path, 404, 'not_found']);
      }
      for (const path of [`/v1/payments/${id}/verify`, `/v1/payments/${id}/close`]) {
        expect((await gateway.call('POST', path)).status).toBe(404);
      }
    },
  );

  it('has no U+0000 in its address', async () => {
    for (const path of ['/%00', '/%00/history', '?order_reference=%00']) {
      const { status, body } = await gateway.call('GET', `/v1/payments${path}`);
      expect([path, status, body.code]).toEqual([path, 400, 'malformed_request']);
    }
  });
});

describe("another caller's payment", () => {
  const ROUTES: [string, string, object?][] = [
    ['GET', ''],
    ['GET', '/history'],
    ['GET', '/seamless'],
    ['POST', '/verify'],
    ['POST', '/close'],
  ];

  it('is a 404 on every route, and nothing happens to it', async () => {
    for (const name of ['first', 'seamless']) {
      const id = placed[name].transaction_id;
      const before = await stage.row(id);
      for (const [method, path] of ROUTES) {
        const url = `${gateway.url}/v1/payments/${id}${path}`;
        const { status, body } = await request(method, url, undefined, { authorization: `Bearer ${other}` });
        expect([method, path, status, body.code]).toEqual([method, path, 404, 'not_found']);
        expect((await request(method, url)).status).toBe(401);
      }
      expect([await stage.row(id), await stage.requests(id, 'check')]).toEqual([before, []]);
    }
  });

  it("is an admin's to read", async () => {
    const { transaction_id: id } = placed.first;
    const headers = { authorization: `Bearer ${admin}` };
    expect((await request('GET', `${gateway.url}/v1/payments/${id}`, undefined, headers)).body.transaction_id).toBe(id);
    expect((await request('GET', `${gateway.url}/v1/payments/${id}/history`, undefined, headers)).status).toBe(200);
  });
});
