// Proves how callers keep their endpoints: what may be saved, what is shown, and that nobody sees another's.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DropInEndpoints } from '../../src/webhooks/drop-in.endpoints';
import { startTestGateway, type TestGateway } from '../support/gateway';

const ROUTE = '/v1/webhook-endpoints';

describe('webhook endpoints', () => {
  let gateway: TestGateway;
  let bank: Record<string, string>;
  let admin: Record<string, string>;
  beforeAll(async () => {
    gateway = await startTestGateway();
    bank = { authorization: `Bearer ${await gateway.createKey('bank')}` };
    admin = { authorization: `Bearer ${await gateway.createKey('operator', ['admin'])}` };
  });
  afterAll(() => gateway.close());

  const create = async (body: object = {}, headers = {}) =>
    (await gateway.call('POST', ROUTE, { url: 'https://8.8.8.8/hook', ...body }, headers)).body;

  it('answers 201 with a Standard Webhooks secret that is shown nowhere else and stored nowhere', async () => {
    const answer = await gateway.call('POST', ROUTE, { url: 'https://8.8.8.8/a', description: 'orders' });
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      id: expect.stringMatching(/^[0-9A-Z]{26}$/),
      url: 'https://8.8.8.8/a',
      events: null,
      description: 'orders',
      enabled: true,
      disabled_reason: null,
      created_at: expect.stringMatching(/^\d{4}-.*Z$/),
      secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/),
    });
    const { secret, ...shown } = answer.body;
    expect(answer.headers.get('location')).toBe(`${ROUTE}/${shown.id}`);
    expect((await gateway.call('GET', `${ROUTE}/${shown.id}`)).body).toEqual(shown);
    expect((await gateway.call('GET', ROUTE)).body.data).toContainEqual(shown);
    const { rows } = await gateway.db.query('SELECT * FROM webhook_endpoints WHERE id = $1', [shown.id]);
    expect(JSON.stringify(rows)).not.toContain(secret.slice('whsec_'.length));
  });

  it('reports every fault at once and saves nothing', async () => {
    const before = (await gateway.call('GET', ROUTE)).body.data.length;
    const faults = async (body: unknown) =>
      ((await gateway.call('POST', ROUTE, body)).body.errors ?? []).map((fault: any) => [fault.pointer, fault.code]);
    expect(await faults({})).toEqual([['/url', 'required']]);
    expect(await faults({ url: 5, events: [], description: 'x'.repeat(256), enabled: true })).toEqual(
      expect.arrayContaining([
        ['/url', 'type'],
        ['/events', 'length'],
        ['/description', 'length'],
        ['/enabled', 'unknown_field'],
      ]),
    );
    expect(await faults({ url: 'https://8.8.8.8/', events: ['payment.paid'] })).toEqual([['/events', 'not_allowed']]);
    expect(await faults({ url: 'http://10.0.0.1/' })).toEqual([['/url', 'not_allowed']]);
    expect(await faults({ url: 'ftp://8.8.8.8/' })).toEqual([['/url', 'format']]);
    expect(await faults({ url: `https://8.8.8.8/${'x'.repeat(2048)}` })).toEqual([['/url', 'length']]);
    expect((await gateway.call('GET', ROUTE)).body.data).toHaveLength(before);
  });

  it('changes what is sent and leaves the rest', async () => {
    const { id } = await create({ events: ['payment.accepted'], description: 'one' });
    const patch = async (body: unknown) => gateway.call('PATCH', `${ROUTE}/${id}`, body);
    expect((await patch({ description: 'two' })).body).toMatchObject({
      events: ['payment.accepted'],
      description: 'two',
    });
    expect((await patch({ events: null, url: 'https://8.8.4.4/' })).body).toMatchObject({
      url: 'https://8.8.4.4/',
      events: null,
      description: 'two',
    });
    expect((await patch({ enabled: false })).body).toMatchObject({ enabled: false, disabled_reason: 'disabled' });
    expect((await patch({ enabled: true })).body).toMatchObject({ enabled: true, disabled_reason: null });
    expect((await patch({ url: null })).body.errors).toMatchObject([{ pointer: '/url', code: 'type' }]);
    expect((await patch({ url: 'http://10.0.0.1/', enabled: false })).status).toBe(400);
    expect((await gateway.call('GET', `${ROUTE}/${id}`)).body.enabled).toBe(true);
  });

  it('is gone for its caller once deleted, and stays in the books', async () => {
    const { id } = await create();
    expect((await gateway.call('DELETE', `${ROUTE}/${id}`)).status).toBe(204);
    for (const [method, path, body] of [
      ['GET', '', undefined],
      ['PATCH', '', {}],
      ['DELETE', '', undefined],
      ['POST', '/rotate-secret', undefined],
    ] as const)
      expect((await gateway.call(method, `${ROUTE}/${id}${path}`, body)).status).toBe(404);
    expect((await gateway.call('GET', ROUTE)).body.data.map((one: any) => one.id)).not.toContain(id);
    const { rows } = await gateway.db.query('SELECT deleted_at FROM webhook_endpoints WHERE id = $1', [id]);
    expect(rows[0].deleted_at).toBeInstanceOf(Date);
  });

  it("shows nobody another caller's endpoint, and an admin everybody's", async () => {
    const own = await create();
    const others = await create({}, bank);
    for (const [method, path] of [
      ['GET', ''],
      ['PATCH', ''],
      ['DELETE', ''],
      ['POST', '/rotate-secret'],
    ] as const) {
      const answer = await gateway.call(method, `${ROUTE}/${others.id}${path}`, method === 'PATCH' ? {} : undefined);
      expect([answer.status, answer.body.code]).toEqual([404, 'not_found']);
    }
    const ids = async (headers = {}) =>
      (await gateway.call('GET', ROUTE, undefined, headers)).body.data.map((one: any) => one.id);
    expect(await ids()).not.toContain(others.id);
    expect(await ids(bank)).toEqual([others.id]);
    expect(await ids(admin)).toEqual(expect.arrayContaining([own.id, others.id]));
    expect((await gateway.call('GET', `${ROUTE}/${others.id}`, undefined, admin)).status).toBe(200);
  });

  it('lists newest first, page by page', async () => {
    const many = { authorization: `Bearer ${await gateway.createKey('many')}` };
    const made: string[] = [];
    for (let i = 0; i < 5; i++) made.unshift((await create({}, many)).id);
    const seen: string[] = [];
    let cursor: string | null = '';
    do {
      const path: string = `${ROUTE}?limit=2&cursor=${cursor}`;
      const { body } = await gateway.call('GET', path, undefined, many);
      seen.push(...body.data.map((one: any) => one.id));
      cursor = body.next_cursor;
    } while (cursor !== null);
    expect(seen).toEqual(made);
    expect((await gateway.call('GET', `${ROUTE}?cursor=nonsense`)).body.errors).toMatchObject([{ pointer: '/cursor' }]);
  });

  it('keeps one drop-in endpoint per caller and notify_url, and shows it in no list', async () => {
    const dropIn = gateway.app.get(DropInEndpoints);
    const url = 'https://8.8.8.8/notify?order=1';
    const ids = await Promise.all(Array.from({ length: 8 }, () => dropIn.ensure('shop', url)));
    expect(new Set(ids).size).toBe(1);
    expect(await dropIn.ensure('bank', url)).not.toBe(ids[0]);
    expect((await gateway.call('GET', `${ROUTE}/${ids[0]}`)).status).toBe(404);
    expect((await gateway.call('GET', ROUTE)).text).not.toContain('/notify');
    await expect(dropIn.ensure('shop', 'http://10.0.0.1/')).rejects.toMatchObject({ kind: 'validation_failed' });
    await gateway.db.query('UPDATE webhook_endpoints SET enabled = false WHERE id = $1', [ids[0]]);
    expect(await dropIn.ensure('shop', url)).toBe(ids[0]);
    const { rows } = await gateway.db.query('SELECT enabled FROM webhook_endpoints WHERE id = $1', [ids[0]]);
    expect(rows[0].enabled).toBe(true);
  });
});
