// Proves that an initiation which was not finished is finished by a worker: with the same id and the same bytes, once, and never against evidence.
import { afterEach, describe, expect, it } from 'vitest';
import { newId } from '../../src/common/ids';
import { TransactionStore } from '../../src/payments/transaction.store';
import { eventually, startTestGateway, type TestGateway, type TestGatewayOptions } from '../support/gateway';
import { created, says, startStandIn, type StandIn } from '../support/stand-in';
import { stageOf, type Stage } from '../support/stage';

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

// Requests are counted here: none may time out because the machine is busy.
const ENV = { INITIATION_RETRY_SECONDS: '1', CINETPAY_TIMEOUT_MS: '10000' };
const DAY = 86_400;

async function start(options: TestGatewayOptions = {}): Promise<{ gateway: TestGateway; stage: Stage }> {
  const gateway = await startTestGateway({ ...options, env: { ...ENV, ...options.env } });
  open.push(() => gateway.close());
  return { gateway, stage: stageOf(gateway) };
}

async function startWithStandIn(): Promise<{ gateway: TestGateway; stage: Stage; standIn: StandIn }> {
  const standIn = await startStandIn();
  open.push(() => standIn.close());
  return { standIn, ...(await start({ env: { CINETPAY_BASE_URL: standIn.url } })) };
}

const becomes = (stage: Stage, id: string, expected: object): Promise<any> =>
  eventually(async () => {
    const payment = await stage.read(id);
    expect(payment).toMatchObject(expected);
    return payment;
  }, 8_000);
const bodiesOf = async (stage: Stage, id: string): Promise<string[]> =>
  (await stage.requests(id, 'payment')).map(({ raw_body }) => raw_body);

describe('an order whose process ended before CinetPay answered', () => {
  it('is finished by another one, with its id and its bytes, as soon as the lease is over', async () => {
    const { gateway: api, stage } = await start({ env: { ROLES: 'api' } });
    await stage.faults({ operation: 'payment', kind: 'drop_response', times: 1 });
    const { status, body } = await stage.place({ metadata: 'é', order_reference: 'R' });
    expect(status).toBe(202);
    // As a process leaves it that was killed during its call.
    const killed = `UPDATE transactions SET lease_number = lease_number + 1, lease_until = clock_timestamp() + interval '1500 ms',
      next_initiation_at = now() WHERE transaction_id = $1 RETURNING lease_until, wire_body`;
    const { lease_until, wire_body } = (await api.db.query(killed, [body.transaction_id])).rows[0];
    await start({ database: api.database, simulator: api.simulator });
    const payment = await becomes(stage, body.transaction_id, { status: 'pending' });
    expect(new Date(payment.updated_at).getTime()).toBeGreaterThanOrEqual(lease_until.getTime());
    const sent = await bodiesOf(stage, body.transaction_id);
    expect(new Set(sent)).toEqual(new Set([`{"apikey":"100001dec0ffee00000001.10000001",${wire_body.slice(1)}`]));
    expect(sent).toHaveLength(2);
  });

  it('is finished once, by however many workers', async () => {
    const { gateway: api, stage } = await start({ env: { ROLES: 'api' } });
    await stage.faults({ operation: 'payment', kind: 'truncated' });
    const ids = (await Promise.all(Array.from({ length: 40 }, () => stage.place()))).map(
      ({ body }) => body.transaction_id,
    );
    await stage.faults();
    const shared = { database: api.database, simulator: api.simulator, env: { ROLES: 'worker' } };
    for (let i = 0; i < 3; i++) await start(shared);
    for (const id of ids) await becomes(stage, id, { status: 'pending' });
    for (const id of ids) expect(await bodiesOf(stage, id)).toHaveLength(2);
  });
});

describe('an initiation whose answer was lost', () => {
  it('is sent again, byte for byte, and gets the counter that CinetPay had made', async () => {
    const { stage } = await start();
    await stage.faults({ operation: 'payment', kind: 'drop_response', times: 2 });
    const { status, body } = await stage.place({ order_reference: 'R', metadata: '{"é":1}' });
    expect(status).toBe(202);
    await becomes(stage, body.transaction_id, { status: 'pending' });
    const sent = await bodiesOf(stage, body.transaction_id);
    expect([sent.length, new Set(sent).size]).toEqual([3, 1]);
    expect(await stage.events(body.transaction_id)).toEqual(['payment.pending']);
    const history = await stage.history(body.transaction_id);
    expect(history.map(({ kind, evidence }) => [kind, evidence.outcome])).toEqual([
      ...[
        ['initiation', 'unclear'],
        ['initiation', 'unclear'],
        ['initiation', 'created'],
        ['move', 'created'],
      ],
    ]);
  });

  it('and whose id CinetPay then calls taken is asked about first, and told as lost when nobody has paid', async () => {
    const { stage } = await start();
    await stage.settings({ duplicate_transaction: 'error' });
    await stage.faults({ operation: 'payment', kind: 'drop_response', times: 1 });
    const order = { order_reference: 'R', transaction_id: newId() };
    expect((await stage.place(order)).status).toBe(202);
    const { transaction_id: id } = order;
    await becomes(stage, id, { status: 'rejected', status_reason: 'link_lost', payment_url: null });
    expect((await stage.requests(id)).map(({ operation }) => operation)).toEqual(['payment', 'payment', 'check']);
    const again = await stage.place(order);
    expect([again.status, again.body.code, again.body.safe_to_retry]).toEqual([
      422,
      'cinetpay_rejected',
      'new_request',
    ]);
    expect((await stage.place({ order_reference: 'R' })).status).toBe(201);
    // It had a counter after all, and somebody found it.
    await stage.act(id, 'pay');
    await becomes(stage, id, { status: 'accepted', needs_review: false });
  });

  it('and whose id is taken stays open as long as the check is not answered', async () => {
    const { stage } = await start();
    await stage.settings({ duplicate_transaction: 'error' });
    await stage.faults(
      { operation: 'payment', kind: 'drop_response', times: 1 },
      { operation: 'check', kind: 'html', status: 500, times: 2 },
    );
    const { body } = await stage.place();
    await eventually(async () => expect(await stage.requests(body.transaction_id, 'check')).toHaveLength(2), 8_000);
    expect((await stage.read(body.transaction_id)).status).toBe('created');
    await becomes(stage, body.transaction_id, { status: 'rejected', status_reason: 'link_lost' });
  });

  it('and whose id is taken is accepted when it was paid meanwhile', async () => {
    const { stage } = await start();
    await stage.settings({ duplicate_transaction: 'error' });
    await stage.faults(
      { operation: 'payment', kind: 'drop_response', times: 1 },
      { operation: 'notify', kind: 'lost' },
    );
    const { body } = await stage.place();
    await stage.act(body.transaction_id, 'pay');
    await becomes(stage, body.transaction_id, { status: 'accepted', payment_url: null });
    expect(await stage.events(body.transaction_id)).toEqual(['payment.accepted']);
  });
});

describe('after 24 h of tries', () => {
  const outage = { operation: 'payment', kind: 'drop_request' };

  it('an answered check ends it: not_initiated', async () => {
    const { stage } = await start();
    await stage.faults(outage);
    const { body } = await stage.place({ order_reference: 'R' });
    await stage.age(body.transaction_id, DAY - 60);
    await eventually(async () => expect((await bodiesOf(stage, body.transaction_id)).length).toBeGreaterThan(1));
    expect((await stage.read(body.transaction_id)).status).toBe('created');
    await stage.age(body.transaction_id, 60);
    await becomes(stage, body.transaction_id, { status: 'expired', status_reason: 'not_initiated' });
    expect((await stage.requests(body.transaction_id, 'check')).length).toBe(1);
    expect((await stage.place({ order_reference: 'R' })).status).toBe(202);
  });

  it('nothing is sent any more, also where nobody tried for the whole time: one check ends it', async () => {
    const { gateway: api, stage } = await start({ env: { ROLES: 'api' } });
    await stage.faults({ operation: 'payment', kind: 'html', status: 500, times: 1 });
    const { body } = await stage.place();
    await stage.age(body.transaction_id, DAY);
    await start({ database: api.database, simulator: api.simulator });
    await becomes(stage, body.transaction_id, { status: 'expired', status_reason: 'not_initiated', payment_url: null });
    expect((await stage.requests(body.transaction_id)).map(({ operation }) => operation)).toEqual(['payment', 'check']);
  });

  it('a check without an answer ends nothing: it is asked again, hourly', async () => {
    const { stage } = await start();
    await stage.faults(outage, { operation: 'check', kind: 'reset' });
    const { body } = await stage.place();
    await stage.age(body.transaction_id, DAY);
    await eventually(async () => expect(await stage.requests(body.transaction_id, 'check')).toHaveLength(1));
    const row = await eventually(async () => {
      const seen = await stage.row(body.transaction_id);
      expect(seen).toMatchObject({ status: 'created', initiation: 'give_up', lease_until: null });
      return seen;
    });
    const minutes = (row.next_initiation_at.getTime() - Date.now()) / 60_000;
    expect([minutes > 47, minutes < 73]).toEqual([true, true]);
    await stage.faults(outage);
    await stage.age(body.transaction_id, 5_000);
    await becomes(stage, body.transaction_id, { status: 'expired', status_reason: 'not_initiated' });
  });
});

describe('a claim that was lost while its call was under way', () => {
  const takeOver = ({ db }: TestGateway, id: string): Promise<unknown> =>
    db.query(
      `UPDATE transactions SET lease_number = lease_number + 1, lease_until = now() + interval '1 hour' WHERE transaction_id = $1`,
      [id],
    );

  it('writes nothing: a late refusal is kept and decides nothing', async () => {
    const { gateway, stage, standIn } = await startWithStandIn();
    const transaction_id = newId();
    standIn.says(transaction_id, 'payment', { body: says('608') });
    standIn.before = () => takeOver(gateway, transaction_id);
    expect(await stage.place({ transaction_id })).toMatchObject({ status: 202, body: { status: 'created' } });
    expect(await stage.row(transaction_id)).toMatchObject({
      status: 'created',
      initiation: 'send',
      maybe_sent: true,
      revision: 1,
    });
    expect((await stage.history(transaction_id)).map(({ evidence }) => evidence.outcome)).toEqual(['rejected']);
    expect(await stage.events(transaction_id)).toEqual([]);
  });

  it('still hands over its link, to a row that has none', async () => {
    const { gateway, stage, standIn } = await startWithStandIn();
    const transaction_id = newId();
    standIn.says(transaction_id, 'payment', { body: created('late') });
    standIn.before = () => takeOver(gateway, transaction_id);
    expect(await stage.place({ transaction_id })).toMatchObject({
      status: 201,
      body: { status: 'pending', payment_token: 'token-late' },
    });
    expect(await stage.events(transaction_id)).toEqual(['payment.pending']);
  });
});

it('an initiation that a person ended while it waited for a slot is handed back as ended', async () => {
  const { gateway, stage } = await start({ env: { ROLES: 'api' } });
  await stage.faults({ operation: 'payment', kind: 'drop_request' });
  const { transaction_id: id } = (await stage.place()).body;
  await stage.age(id, 60);
  const store = gateway.app.get(TransactionStore);
  const [claim] = await store.claim('initiations', (await stage.row(id)).site_id, 1);
  const admin = { authorization: `Bearer ${await gateway.createKey('operations', ['admin'])}` };
  await gateway.call('POST', `/v1/payments/${id}/review`, { resolution: 'refused', note: 'a mistake' }, admin);
  await store.release(claim!, 'initiation', 1_000);
  expect(await stage.row(id)).toMatchObject({ status: 'refused', initiation: null, next_initiation_at: null });
});

describe("a page of CinetPay's edge", () => {
  it('is followed by tries, and by a pause of the site after three different orders; nothing is lost by it', async () => {
    const { gateway, stage } = await start();
    await stage.faults({ operation: 'payment', kind: 'html', status: 403 });
    const ids: string[] = [];
    for (let i = 0; i < 3; i++) {
      const { status, body } = await stage.place();
      expect(status).toBe(202);
      ids.push(body.transaction_id);
    }
    expect(await stage.place()).toMatchObject({ status: 503, body: { code: 'site_paused' } });
    await stage.faults();
    await gateway.db.query(`UPDATE site_states SET paused_until = clock_timestamp() WHERE pause_cause = 'blocked'`);
    for (const id of ids) await becomes(stage, id, { status: 'pending' });
    expect((await eventually(() => stage.place())).status).toBe(201);
  });
});
