// Proves each fault of the API's two operations, and that the ledger tells of every request whatever became of it.
import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { RunningSimulator } from '../../simulator/simulator';
import type { Call } from '../../simulator/state/ledger';
import { call, ledgerOf, order, start, until, XOF, type Answer } from './harness';

let simulator: RunningSimulator;
beforeAll(async () => {
  simulator = await start();
});
afterAll(() => simulator.close());
beforeEach(() => call('POST', `${simulator.url}/_sim/reset`));

const putFaults = (rules: unknown[], seed = 1): Promise<Answer> =>
  call('PUT', `${simulator.url}/_sim/faults`, { seed, rules });
const pay = (body: unknown): Promise<Answer> => call('POST', `${simulator.url}/v2/payment`, body);
const check = (body: unknown): Promise<Answer> => call('POST', `${simulator.url}/v2/payment/check`, body);
const state = async (id: unknown): Promise<string> =>
  (await call('GET', `${simulator.url}/_sim/transactions/${String(id)}`)).body.state as string;

const calls = async (): Promise<Call[]> =>
  until(
    async () => (await ledgerOf(simulator)).calls,
    (seen) => seen.every(({ answered }) => answered !== null),
  );

it('drop_request: never worked on, no answer', async () => {
  await putFaults([{ operation: 'payment', kind: 'drop_request', times: 1 }]);
  const sent = order();
  await expect(pay(sent)).rejects.toThrow();
  expect(await state(sent.transaction_id)).toBe('unknown');
  expect(await calls()).toMatchObject([{ answered: 'none', code: null, fault: 'drop_request', operation: 'payment' }]);
  expect((await pay(sent)).body.code).toBe('201');
});

it('drop_response: created, no answer', async () => {
  await putFaults([{ operation: 'payment', kind: 'drop_response', times: 1 }]);
  const sent = order();
  await expect(pay(sent)).rejects.toThrow();
  expect(await state(sent.transaction_id)).toBe('created');
  expect(await calls()).toMatchObject([{ answered: 'none', code: null, fault: 'drop_response' }]);
});

it('reset: the connection is reset, nothing happened', async () => {
  await putFaults([{ operation: 'check', kind: 'reset', times: 1 }]);
  const error = await check(order()).catch((reason: Error) => reason.cause);
  expect(error).toMatchObject({ code: 'ECONNRESET' });
  expect(await calls()).toMatchObject([{ answered: 'none', fault: 'reset', operation: 'check' }]);
});

it('status: any status, 429 with Retry-After', async () => {
  await putFaults([
    { operation: 'payment', kind: 'status', status: 503, times: 1 },
    { operation: 'payment', kind: 'status', status: 429, retry_after: 3, times: 1 },
    { operation: 'payment', kind: 'status', times: 1 },
  ]);
  const sent = order();
  const answers = [await pay(sent), await pay(sent), await pay(sent)];
  expect(answers.map(({ status }) => status)).toEqual([503, 429, 500]);
  expect(answers[1]?.body.message).toBe('TOO_MANY_REQUEST');
  expect(answers[1]?.headers.get('retry-after')).toBe('3');
  expect(await state(sent.transaction_id)).toBe('unknown');
  expect((await calls()).map(({ answered, code }) => [answered, code])).toEqual([
    [503, '503'],
    [429, '429'],
    [500, '500'],
  ]);
});

it('html: a page, 403 unless set', async () => {
  await putFaults([{ operation: 'check', kind: 'html', times: 1 }]);
  const answer = await check(order());
  expect([answer.status, answer.headers.get('content-type'), answer.body]).toEqual([
    403,
    'text/html; charset=utf-8',
    undefined,
  ]);
});

it('truncated: half of the JSON, after the work was done', async () => {
  await putFaults([{ operation: 'payment', kind: 'truncated', times: 1 }]);
  const sent = order();
  const answer = await pay(sent);
  expect(answer.status).toBe(200);
  expect(answer.text).toMatch(/^\{"code":"201"/);
  expect(answer.body).toBeUndefined();
  expect(await state(sent.transaction_id)).toBe('created');
});

it('delay: worked on at once, answered late with what was true then', async () => {
  const sent = order();
  await pay(sent);
  await putFaults([{ operation: 'check', kind: 'delay', delay_ms: 150, times: 1 }]);
  const started = Date.now();
  const slow = check(sent);
  await until(
    async () => (await ledgerOf(simulator)).calls.length,
    (count) => count === 2,
  );
  await call('POST', `${simulator.url}/_sim/transactions/${String(sent.transaction_id)}/pay`);
  expect((await slow).body.code).toBe('662');
  expect(Date.now() - started).toBeGreaterThanOrEqual(145);
  expect((await check(sent)).body.code).toBe('00');
});

it('wrong_amount and wrong_currency: accepted, but not what was ordered', async () => {
  const sent = order();
  await pay(sent);
  await call('POST', `${simulator.url}/_sim/transactions/${String(sent.transaction_id)}/pay`);
  await putFaults([
    { operation: 'check', kind: 'wrong_amount', times: 1 },
    { operation: 'check', kind: 'wrong_currency', times: 1 },
  ]);
  expect((await check(sent)).body).toMatchObject({ code: '00', data: { amount: '2505', currency: 'XOF' } });
  expect((await check(sent)).body).toMatchObject({ code: '00', data: { amount: '2500', currency: 'XAF' } });
  expect((await check(sent)).body).toMatchObject({ code: '00', data: { amount: '2500', currency: 'XOF' } });
});

it('early: paid before the answer', async () => {
  await putFaults([{ operation: 'payment', kind: 'early', times: 1 }]);
  const sent = order();
  expect((await pay(sent)).body.code).toBe('201');
  expect(await state(sent.transaction_id)).toBe('accepted');
});

it('the same seed hits the same requests, another seed others', async () => {
  const pattern = async (seed: number): Promise<string> => {
    await putFaults([{ operation: 'check', kind: 'status', probability: 0.5 }], seed);
    let hits = '';
    for (let index = 0; index < 24; index += 1) hits += (await check(order())).status === 500 ? 'x' : '.';
    return hits;
  };
  const first = await pattern(42);
  expect(await pattern(42)).toBe(first);
  expect(await pattern(43)).not.toBe(first);
  expect(first).toMatch(/x/);
  expect(first).toMatch(/\./);
});

it('the ledger holds every request in the order of arrival, with its body to the byte', async () => {
  await call('PUT', `${simulator.url}/_sim/settings`, { rate_per_second: 3 });
  const sent = order({ amount: 7, description: 'Achat été' });
  const odd = JSON.stringify(sent, null, 3);
  const before = new Date().toISOString();
  await pay(odd);
  await pay({ ...sent, amount: 10_000 });
  await check(sent);
  await check(sent);
  await pay('{');
  const { body } = await call('GET', `${simulator.url}/_sim/transactions/${String(sent.transaction_id)}`);
  expect(body).toMatchObject({ transaction_id: sent.transaction_id, state: 'created' });
  const requests = body.requests as Call[];
  expect(requests.map((one) => [one.operation, one.answered, one.code])).toEqual([
    ['payment', 400, '608'],
    ['payment', 200, '201'],
    ['check', 200, '662'],
    ['check', 429, '429'],
  ]);
  expect(requests[0]?.raw_body).toBe(odd);
  expect((requests[0]?.at ?? '') >= before).toBe(true);
  const ledger = await ledgerOf(simulator);
  expect(ledger.calls).toHaveLength(5);
  expect(ledger.calls[0]).toEqual({
    at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    site_id: XOF.site_id,
    operation: 'payment',
    answered: 400,
    code: '608',
    transaction_id: sent.transaction_id,
    answered_at: expect.stringMatching(/Z$/),
    fault: null,
  });
  expect(ledger.calls[4]).toMatchObject({ site_id: null, transaction_id: null, answered: 400, code: '608' });
});

it('a client that goes before the answer: none', async () => {
  await putFaults([{ operation: 'payment', kind: 'delay', delay_ms: 5_000, times: 1 }]);
  const gone = fetch(`${simulator.url}/v2/payment`, {
    method: 'POST',
    body: JSON.stringify(order()),
    signal: AbortSignal.timeout(100),
  });
  await expect(gone).rejects.toThrow();
  expect(await calls()).toMatchObject([{ answered: 'none', fault: 'delay' }]);
});

it('a client that goes in the middle of its body: none, with what had come', async () => {
  const socket = connect(Number(new URL(simulator.url).port), '127.0.0.1');
  socket.write('POST /v2/payment HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n{"apikey":');
  await until(
    async () => (await ledgerOf(simulator)).calls.length,
    (count) => count === 1,
  );
  socket.destroy();
  expect(await calls()).toMatchObject([{ answered: 'none', site_id: null, transaction_id: null }]);
});

it('a body too large for any payment is 413, also one that does not end soon', async () => {
  expect((await pay('x'.repeat(65_537))).status).toBe(413);
  // The connection may be cut before the client has read why.
  await pay('x'.repeat(20_000_000)).catch(() => undefined);
  expect(await calls()).toMatchObject([{ answered: 413 }, { site_id: null }]);
});
