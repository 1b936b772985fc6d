// Proves that whatever is posted to notify_url is kept as it came and answered 200, that only what CinetPay signed wakes anything, and that only a
// loss would be answered otherwise.
import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeForm } from '../../simulator/notify/form';
import { xToken } from '../../simulator/notify/x-token';
import { newId } from '../../src/common/ids';
import { createTestDatabase } from '../support/database';
import { startDatabaseLine } from '../support/database-line';
import { eventually, startTestGateway, type TestGateway } from '../support/gateway';
import { stageOf, type Stage } from '../support/stage';
import { formOf, notify, OTHER_SITE, SITE } from './forms';

let gateway: TestGateway;
let stage: Stage;
beforeAll(async () => {
  // Nobody works here on what is woken: it can be seen waiting.
  gateway = await startTestGateway({ env: { ROLES: 'api' } });
  stage = stageOf(gateway);
});
afterAll(() => gateway.close());

/** A request without anything that a client adds by itself. */
function raw(
  method: string,
  headers: Record<string, string>,
  body?: Buffer,
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(`${gateway.url}/cinetpay/notify`, { method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode!, text: Buffer.concat(chunks).toString() }));
    });
    sent.on('error', reject).end(body);
  });
}

async function lastKept(): Promise<any> {
  return (await gateway.db.query('SELECT * FROM notifications ORDER BY id DESC LIMIT 1')).rows[0];
}
async function countKept(): Promise<number> {
  return (await gateway.db.query('SELECT count(*)::int AS kept FROM notifications')).rows[0].kept;
}

describe('the address of notifications', () => {
  it.each(['GET', 'HEAD'])('answers %s with 200 and nothing, and keeps nothing', async (method) => {
    const before = await countKept();
    expect(await raw(method, {})).toEqual({ status: 200, text: '' });
    expect(await countKept()).toBe(before);
  });

  it.each(['PUT', 'DELETE'])('does not answer %s', async (method) => {
    expect([404, 405]).toContain((await raw(method, {})).status);
  });

  const bytes = Buffer.from([0, 255, 254, 128, 0, 10, 13]);
  it.each<[string, Record<string, string>, Buffer]>([
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, Buffer.from('a=1&a=2&%zz')],
    ['JSON', { 'content-type': 'application/json' }, Buffer.from('{"cpm_trans_id":')],
    ['multipart', { 'content-type': 'multipart/form-data; boundary=x' }, Buffer.from('--x\r\n')],
    ['plain text', { 'content-type': 'text/plain' }, Buffer.from('é')],
    ['bytes', { 'content-type': 'application/octet-stream' }, bytes],
    ['no type', {}, bytes],
    ['a type that is none', { 'content-type': ';;; =' }, Buffer.from('x')],
    ['nothing at all', {}, Buffer.alloc(0)],
    ['nothing of a type', { 'content-type': 'application/json' }, Buffer.alloc(0)],
    [
      'more headers than make sense',
      { 'x-token': 'a'.repeat(4_000), 'content-type': `text/${'x'.repeat(400)}` },
      bytes,
    ],
  ])('answers a POST of %s with 200 and nothing, and keeps it byte for byte', async (_, headers, body) => {
    const before = await countKept();
    expect(await raw('POST', { ...headers, 'content-length': String(body.length) }, body)).toEqual({
      status: 200,
      text: '',
    });
    expect(await countKept()).toBe(before + 1);
    const kept = await lastKept();
    expect([kept.body, kept.truncated, kept.validity]).toEqual([body, false, 'unreadable']);
    expect(kept.content_type).toBe(headers['content-type']?.slice(0, 255) ?? null);
  });

  it('keeps 16 KB and marks what was longer', async () => {
    for (const [length, truncated] of [
      [16_384, false],
      [16_385, true],
      [500_000, true],
    ] as const) {
      const body = Buffer.alloc(length, 'x');
      expect((await raw('POST', { 'content-length': String(length) }, body)).status).toBe(200);
      const kept = await lastKept();
      expect([kept.body.equals(body.subarray(0, 16_384)), kept.truncated]).toEqual([true, truncated]);
    }
  });

  it('answers within milliseconds', async () => {
    const { transaction_id: id } = (await stage.place()).body;
    const times: number[] = [];
    for (let i = 0; i < 30; i++) {
      const started = performance.now();
      await notify(gateway, formOf(id));
      times.push(performance.now() - started);
    }
    // The quickest: what it costs, not what else the machine was doing.
    expect(Math.min(...times)).toBeLessThan(25);
  });
});

describe('a notification', () => {
  const place = async (): Promise<string> => (await stage.place()).body.transaction_id;
  const wakes = async (id: string): Promise<[number, boolean]> => {
    const { wake_number, woken_at } = await stage.row(id);
    return [wake_number, woken_at !== null];
  };

  it('that CinetPay signed is kept as valid and wakes its payment, which is due at once', async () => {
    const id = await place();
    expect(await notify(gateway, formOf(id))).toMatchObject({ status: 200, text: '' });
    expect(await lastKept()).toMatchObject({ validity: 'valid', site_id: SITE.site_id, transaction_id: id });
    expect(await wakes(id)).toEqual([1, true]);
    const { next_check_at, status } = await stage.row(id);
    expect([next_check_at <= new Date(), status]).toEqual([true, 'pending']);
  });

  it.each<[string, string, (id: string) => Promise<unknown>]>([
    ['without a token', 'bad_token', (id) => notify(gateway, formOf(id), false)],
    ['with an empty token', 'bad_token', (id) => notify(gateway, formOf(id), '')],
    ['with a wrong token', 'bad_token', (id) => notify(gateway, formOf(id), 'ab'.repeat(32))],
    ['signed with the apikey', 'bad_token', (id) => notify(gateway, formOf(id), xToken(formOf(id), SITE.apikey))],
    [
      "with another site's token",
      'bad_token',
      (id) => notify(gateway, formOf(id), xToken(formOf(id), OTHER_SITE.secret_key)),
    ],
    [
      'with the token of another payment',
      'bad_token',
      (id) => notify(gateway, formOf(id), xToken(formOf('ANOTHER'), SITE.secret_key)),
    ],
    [
      'with a word changed after it was signed',
      'bad_token',
      (id) => notify(gateway, formOf(id), xToken(formOf(id, { cpm_error_message: 'PAYMENT_FAILED' }), SITE.secret_key)),
    ],
    [
      'signed by another site, about a payment of ours',
      'unknown_transaction',
      (id) => {
        const form = formOf(id, { cpm_site_id: OTHER_SITE.site_id });
        return notify(gateway, form, xToken(form, OTHER_SITE.secret_key));
      },
    ],
    ['of a site that we do not have', 'unknown_site', (id) => notify(gateway, formOf(id, { cpm_site_id: '999' }))],
    ['of a site without a number', 'unknown_site', (id) => notify(gateway, formOf(id, { cpm_site_id: '' }))],
    ['of a payment that we do not have', 'unknown_transaction', () => notify(gateway, formOf('NOBODYS'))],
    ['of no payment', 'unreadable', () => notify(gateway, formOf(''))],
    [
      'whose id lost a digit to the date behind it, under a token that still holds',
      'unknown_transaction',
      (id) => {
        const form = formOf(id);
        const moved = { cpm_trans_id: id.slice(0, -1), cpm_trans_date: id.slice(-1) + form.cpm_trans_date };
        expect(xToken({ ...form, ...moved }, SITE.secret_key)).toBe(xToken(form, SITE.secret_key));
        return notify(gateway, { ...form, ...moved });
      },
    ],
  ])('%s is kept, answered 200, and wakes nobody', async (_, validity, post) => {
    const id = await place();
    const before = await stage.row(id);
    expect(await post(id)).toMatchObject({ status: 200, text: '' });
    expect((await lastKept()).validity).toBe(validity);
    expect(await stage.row(id)).toEqual(before);
  });

  it('whose amount gave a digit to the currency is one of CinetPay by its token: it asks, and says nothing', async () => {
    const id = await place();
    const form = formOf(id, { cpm_amount: '250', cpm_currency: '0XOF' });
    expect(await notify(gateway, form, xToken(formOf(id), SITE.secret_key))).toMatchObject({ status: 200 });
    expect(await wakes(id)).toEqual([1, true]);
    expect(await stage.read(id)).toMatchObject({ status: 'pending', amount: 2500, currency: 'XOF' });
  });

  it('of a payment that is accepted is kept and wakes nobody', async () => {
    const id = await place();
    await gateway.db.query(
      `UPDATE transactions SET status = 'accepted', accepted_at = now(), next_check_at = NULL WHERE transaction_id = $1`,
      [id],
    );
    expect((await notify(gateway, formOf(id))).status).toBe(200);
    expect([(await lastKept()).validity, await wakes(id)]).toEqual(['valid', [0, false]]);
  });

  it('is told in the history of its payment, without what it said of the customer', async () => {
    const id = await place();
    await notify(gateway, formOf(id));
    await notify(gateway, formOf(id), 'forged');
    const told = (await stage.history(id)).filter(({ kind }) => kind === 'notification');
    const bytes = encodeForm(formOf(id)).length;
    expect(told.map(({ evidence }) => evidence)).toEqual([
      { validity: 'valid', bytes, truncated: false },
      { validity: 'bad_token', bytes, truncated: false },
    ]);
  });
});

describe('notifications that are invalid', () => {
  it('are kept 60 times a minute of one address, and answered 200 all the same; valid ones are always kept', async () => {
    const own = await startTestGateway({ env: { ROLES: 'api' } });
    const kept = async (): Promise<any> =>
      (await own.db.query(`SELECT validity, count(*)::int FROM notifications GROUP BY 1 ORDER BY 1`)).rows;
    for (let i = 0; i < 70; i++) expect((await notify(own, formOf('X'), 'forged')).status).toBe(200);
    expect(await kept()).toEqual([{ validity: 'bad_token', count: 60 }]);
    const { transaction_id: id } = (await stageOf(own).place()).body;
    for (let i = 0; i < 5; i++) expect((await notify(own, formOf(id))).status).toBe(200);
    expect(await kept()).toEqual([
      { validity: 'bad_token', count: 60 },
      { validity: 'valid', count: 5 },
    ]);
    expect((await notify(own, formOf('NOBODYS'))).status).toBe(200);
    const metrics = await (await fetch(`${own.url}/metrics`)).text();
    const counted = [...metrics.matchAll(/notifications_total\{validity="(\w+)"\} (\d+)/g)].map(([, ...one]) => one);
    expect(counted).toEqual([
      ['unknown_transaction', '1'],
      ['bad_token', '70'],
      ['valid', '5'],
    ]);
    await own.close();
  });
});

describe('a database that is away', () => {
  it('is the only reason for another answer than 200: 503, so that CinetPay may try again', async () => {
    const behind = await createTestDatabase();
    const line = await startDatabaseLine(behind);
    const own = await startTestGateway({ database: line.database, env: { ROLES: 'api' } });
    const id = newId();
    await stageOf(own).place({ transaction_id: id });
    line.cut();
    expect(await notify(own, formOf(id))).toMatchObject({ status: 503, body: { code: 'storage_unavailable' } });
    expect((await fetch(`${own.url}/cinetpay/notify`)).status).toBe(200);
    line.mend();
    await eventually(async () => expect((await notify(own, formOf(id))).status).toBe(200));
    await own.close();
    await line.close();
    await behind.drop();
  });
});
