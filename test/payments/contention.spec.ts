// Proves that a request which waits for what others hold ends: with a clear 409 where the database says the same for ever, and without a caller who is
// gone costing anything.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { contend, MOST_TRIES } from '../../src/common/contention';
import { newId } from '../../src/common/ids';
import { startTestGateway, type TestGateway } from '../support/gateway';
import { stageOf, type Stage } from '../support/stage';

let gateway: TestGateway;
let stage: Stage;
beforeAll(async () => {
  gateway = await startTestGateway({ env: { ROLES: 'api' } });
  stage = stageOf(gateway);
});
afterAll(() => gateway.close());

const door = (column: string, reference: string, id: string): Promise<unknown> =>
  gateway.db.query(`INSERT INTO order_doors (caller, order_reference, ${column}) VALUES ('shop', $1, $2)`, [
    reference,
    id,
  ]);

it.each([
  ['open', 'open_transaction_id', 'order_already_open'],
  ['paid', 'paid_transaction_id', 'order_already_paid'],
])("refuses an order whose %s payment's row is gone, and points to nothing", async (_, column, code) => {
  const [order_reference, gone] = [newId(), newId()];
  await door(column, order_reference, gone);
  const { status, body, headers } = await stage.place({ order_reference });
  expect([status, body.code, body.transaction_id, headers.get('location')]).toEqual([409, code, undefined, null]);
  expect(body.detail).toContain(gone);
  // The same under a key: nothing was kept that a repetition could find.
  expect((await stage.place({ order_reference }, { 'idempotency-key': newId() })).body.code).toBe(code);
  expect(await stage.requests(gone)).toEqual([]);
});

it('refuses an order that the database refuses for a reason of its own', async () => {
  await gateway.db.query(`CREATE UNIQUE INDEX own_rule ON transactions (description) WHERE description LIKE 'once%'`);
  expect((await stage.place({ description: 'once' })).status).toBe(201);
  const { status, body } = await stage.place({ description: 'once', order_reference: newId() });
  await gateway.db.query('DROP INDEX own_rule');
  expect([status, body.code, body.safe_to_retry]).toEqual([409, 'conflict', 'same_request']);
});

it('gives up where no write ever takes: a new order is left to the worker, a close is refused', async () => {
  await gateway.db.query(`CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
    CREATE TRIGGER keep BEFORE UPDATE ON transactions FOR EACH ROW EXECUTE FUNCTION keep()`);
  const placed = await stage.place();
  const closed = await gateway.call('POST', `/v1/payments/${placed.body.transaction_id}/close`);
  await gateway.db.query('DROP TRIGGER keep ON transactions');
  expect([placed.status, placed.body.status]).toEqual([202, 'created']);
  expect([closed.status, closed.body.code, closed.headers.get('retry-after')]).toEqual([409, 'conflict', '1']);
});

it('tries no more than MOST_TRIES times', async () => {
  let tries = 0;
  await expect(contend(async () => void tries++)).rejects.toMatchObject({ kind: 'conflict' });
  expect(tries).toBe(MOST_TRIES);
  await expect(contend(async () => (tries++ > MOST_TRIES ? 'done' : undefined))).resolves.toBe('done');
});
