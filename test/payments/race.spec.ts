// Proves that however many of the same order arrive at once, at however many replicas, there is one row and one request to CinetPay.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSimulator, type RunningSimulator } from '../../simulator/simulator';
import { newId } from '../../src/common/ids';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { eventually, order, startTestGateway, type Answer, type TestGateway } from '../support/gateway';
import { stageOf, type Stage } from '../support/stage';

const MANY = 200;

let database: TestDatabase;
let simulator: RunningSimulator;
let replicas: TestGateway[];
let stage: Stage;
beforeAll(async () => {
  [database, simulator] = await Promise.all([createTestDatabase(), startSimulator({ port: 0 })]);
  replicas = [await startTestGateway({ database, simulator }), await startTestGateway({ database, simulator })];
  stage = stageOf(replicas[0]!);
});
afterAll(async () => {
  for (const replica of replicas) await replica.close();
  await simulator.close();
  await database.drop();
});

/** The same moment, at both replicas in turn. */
function allAtOnce(
  requestOf: (index: number) => { body: object; headers?: Record<string, string> },
): Promise<Answer[]> {
  const one = (_: unknown, index: number): Promise<Answer> => {
    const { body, headers } = requestOf(index);
    return replicas[index % 2]!.call('POST', '/v1/payments', order({ ...body }), headers);
  };
  return Promise.all(Array.from({ length: MANY }, one));
}

/** Those that were taken, and those that were refused. */
function sorted(answers: Answer[], refusal: number): { taken: Answer[]; refused: Answer[] } {
  const refused = answers.filter(({ status }) => status === refusal);
  const taken = answers.filter(({ status }) => status === 201 || status === 202);
  expect(taken.length + refused.length).toBe(answers.length);
  return { taken, refused };
}

async function rowsOf(column: keyof typeof COLUMNS, value: string): Promise<any[]> {
  return (await replicas[0]!.db.query(`SELECT * FROM transactions WHERE ${COLUMNS[column]} = $1`, [value])).rows;
}
const COLUMNS = { key: 'idempotency_key', id: 'transaction_id', reference: 'order_reference' };

describe(`${MANY} at once, at two replicas`, () => {
  it.each<[keyof typeof COLUMNS, (value: string) => { body: object; headers?: Record<string, string> }]>([
    ['key', (value) => ({ body: {}, headers: { 'idempotency-key': value } })],
    ['id', (value) => ({ body: { transaction_id: value } })],
  ])(
    'of one order under one %s: one row, one request, one 201 or 202 that is no repetition',
    async (column, requestOf) => {
      const value = newId();
      const answers = await allAtOnce(() => requestOf(value));
      expect(answers.filter(({ status }) => ![200, 201, 202].includes(status))).toEqual([]);
      expect(answers.filter(({ headers }) => headers.get('idempotent-replayed') === null)).toHaveLength(1);
      const [row, ...more] = await rowsOf(column, value);
      expect(more).toEqual([]);
      expect(new Set(answers.map(({ body }) => body.transaction_id))).toEqual(new Set([row.transaction_id]));
      await eventually(async () => expect((await stage.row(row.transaction_id)).status).toBe('pending'));
      expect(await stage.requests(row.transaction_id, 'payment')).toHaveLength(1);
      expect((await stage.row(row.transaction_id)).initiation_attempts).toBe(0);
    },
  );

  it('of one order_reference under fresh keys: one counter, and everybody else is told which', async () => {
    const order_reference = newId();
    const answers = await allAtOnce(() => ({ body: { order_reference }, headers: { 'idempotency-key': newId() } }));
    const { taken, refused } = sorted(answers, 409);
    expect(taken).toHaveLength(1);
    const [first] = taken;
    const told = new Set(refused.map(({ body }) => `${body.code} ${body.transaction_id}`));
    expect(told).toEqual(new Set([`order_already_open ${first!.body.transaction_id}`]));
    expect(await rowsOf('reference', order_reference)).toHaveLength(1);
    await eventually(async () => expect((await stage.read(first!.body.transaction_id)).status).toBe('pending'));
    expect(await stage.requests(first!.body.transaction_id, 'payment')).toHaveLength(1);
  });

  it('of different orders under one key: one is taken, the others are told what differs', async () => {
    const key = newId();
    const requestOf = (index: number) => ({ body: { amount: 5 * (index + 100) }, headers: { 'idempotency-key': key } });
    const answers = await allAtOnce(requestOf);
    const { taken, refused } = sorted(answers, 422);
    expect(taken).toHaveLength(1);
    for (const { body } of refused) {
      expect([body.code, body.errors.length]).toEqual(['idempotency_key_reused', 1]);
    }
    expect(await rowsOf('key', key)).toHaveLength(1);
  });

  it('of orders without any of the three: each is an order', async () => {
    const answers = await allAtOnce(() => ({ body: {} }));
    expect(new Set(answers.map(({ body }) => body.transaction_id)).size).toBe(MANY);
    expect(answers.every(({ status }) => status === 201 || status === 202)).toBe(true);
  });

  it('that end an order and begin its next: whoever is let in is alone, until they close', async () => {
    const order_reference = newId();
    const heldOpen: string[][] = [];
    let refused = 0;
    const takeTurns = async (replica: TestGateway): Promise<void> => {
      while (heldOpen.length < 15) {
        const { status, body } = await replica.call('POST', '/v1/payments', order({ order_reference }));
        if (status === 409) refused++;
        else {
          const open = (await rowsOf('reference', order_reference)).filter((row) => !row.closed);
          heldOpen.push(open.map((row) => (row.transaction_id === body.transaction_id ? 'mine' : 'not mine')));
          await replica.call('POST', `/v1/payments/${body.transaction_id}/close`);
        }
      }
    };
    await Promise.all(Array.from({ length: 10 }, (_, index) => takeTurns(replicas[index % 2]!)));
    expect(heldOpen).toEqual(heldOpen.map(() => ['mine']));
    expect(refused).toBeGreaterThan(0);
    expect((await stage.place({ order_reference })).status).toBe(201);
  });
});
