// Proves that the clock asks about every payment that is unresolved, as often as the schedule says and once each time; that only an answer ends it;
// and that money which comes at the very end is never missed.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually, startTestGateway, type TestGateway, type TestGatewayOptions } from '../support/gateway';
import { stageOf, type Stage } from '../support/stage';

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function start(
  schedule: string,
  options: TestGatewayOptions = {},
): Promise<{ gateway: TestGateway; stage: Stage }> {
  const env = { CHECK_SCHEDULE_SECONDS: schedule, INITIATION_RETRY_SECONDS: '1', CINETPAY_TIMEOUT_MS: '1000' };
  const gateway = await startTestGateway({ ...options, env: { ...env, ...options.env } });
  open.push(() => gateway.close());
  return { gateway, stage: stageOf(gateway) };
}

const becomes = (stage: Stage, id: string, expected: object): Promise<any> =>
  eventually(async () => {
    const payment = await stage.read(id);
    expect(payment).toMatchObject(expected);
    return payment;
  }, 10_000);
const checksOf = (stage: Stage, id: string): Promise<any[]> => stage.requests(id, 'check');

describe.concurrent('an unpaid payment', () => {
  let gateway: TestGateway;
  let stage: Stage;
  beforeAll(async () => {
    gateway = await startTestGateway({ env: { CHECK_SCHEDULE_SECONDS: '60,300,900' } });
    stage = stageOf(gateway);
  });
  afterAll(() => gateway.close());

  it('is asked about at each time of the schedule, and expires when the last is answered', async () => {
    const { body } = await stage.place({ order_reference: 'R' });
    for (const [index, seconds] of [60, 240, 600].entries()) {
      expect((await stage.read(body.transaction_id)).status).toBe('pending');
      const { checks_from: from, next_check_at: due } = await stage.row(body.transaction_id);
      expect(due.getTime() - from.getTime()).toBe([60, 300, 900][index]! * 1000);
      await stage.age(body.transaction_id, seconds);
      await eventually(async () => expect(await checksOf(stage, body.transaction_id)).toHaveLength(index + 1));
      await eventually(async () => expect((await stage.row(body.transaction_id)).lease_until).toBeNull());
    }
    await becomes(stage, body.transaction_id, { status: 'expired', status_reason: null });
    expect(await stage.events(body.transaction_id)).toEqual(['payment.pending', 'payment.expired']);
    const { next_check_at, updated_at } = await stage.read(body.transaction_id);
    expect(Math.round((Date.parse(next_check_at) - Date.parse(updated_at)) / 1000)).toBe(3_600);
    expect((await stage.place({ order_reference: 'R' })).status).toBe(201);
  });

  it('is asked about 1 h, 1 d, 3 d and 30 d after it expired, and once more each time, then only when woken', async () => {
    const { transaction_id: id } = (await stage.place()).body;
    await stage.age(id, 900);
    await becomes(stage, id, { status: 'expired' });
    const before = (await checksOf(stage, id)).length;
    for (const [index, seconds] of [3_600, 82_800, 172_800, 2_332_800].entries()) {
      await stage.age(id, seconds);
      await eventually(async () => expect(await checksOf(stage, id)).toHaveLength(before + index + 1), 8_000);
      await eventually(async () => expect((await stage.row(id)).lease_until).toBeNull());
    }
    expect(await stage.read(id)).toMatchObject({ status: 'expired', next_check_at: null });
    await stage.act(id, 'pay');
    await becomes(stage, id, { status: 'accepted' });
  });

  it('of a seamless order expires likewise, and is pending as soon as CinetPay knows it', async () => {
    const [unopened, opened] = [
      await stage.place({ integration: 'seamless' }),
      await stage.place({ integration: 'seamless' }),
    ].map(({ body }) => body.transaction_id) as [string, string];
    await stage.age(unopened, 900);
    await becomes(stage, unopened, { status: 'expired' });
    const script = { ...JSON.parse((await stage.row(opened)).wire_body), apikey: '100001dec0ffee00000001.10000001' };
    const answer = await fetch(`${gateway.simulator.url}/v2/payment`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(script),
    });
    expect((await answer.json()) as object).toMatchObject({ code: '201' });
    await stage.age(opened, 60);
    await becomes(stage, opened, { status: 'pending', payment_url: null });
    await stage.act(opened, 'pay');
    await becomes(stage, opened, { status: 'accepted' });
  });
});

describe('a CinetPay that does not answer', () => {
  it('makes nothing expire, however long that lasts', async () => {
    const { stage } = await start('1');
    await stage.faults({ operation: 'check', kind: 'html', status: 502 });
    const { body } = await stage.place();
    await stage.age(body.transaction_id, 40 * 86_400);
    await eventually(
      async () => expect((await checksOf(stage, body.transaction_id)).length).toBeGreaterThanOrEqual(2),
      8_000,
    );
    expect(await stage.read(body.transaction_id)).toMatchObject({
      status: 'pending',
      next_check_at: expect.any(String),
    });
    await stage.faults();
    await becomes(stage, body.transaction_id, { status: 'expired' });
  });
});

describe('money at the very end', () => {
  it('within 50 ms of the expiry, on either side, with or without its notification, is always found', async () => {
    const { stage } = await start('1');
    await stage.faults({ operation: 'notify', kind: 'lost', probability: 0.5 });
    const placed = await Promise.all(Array.from({ length: 40 }, () => stage.place()));
    await Promise.all(
      placed.map(async ({ body }, index) => {
        const due = Date.parse(body.next_check_at) - 50 + (index * 100) / placed.length;
        await eventually(() => Date.now() >= due - 20);
        await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - Date.now())));
        expect((await stage.act(body.transaction_id, 'pay')).body.changed).toBe(true);
      }),
    );
    const ids = placed.map(({ body }) => body.transaction_id);
    for (const id of ids)
      await eventually(async () => expect((await stage.read(id)).status).not.toBe('pending'), 8_000);
    const before = await Promise.all(ids.map((id) => stage.read(id)));
    expect(before.every(({ status }) => status === 'accepted' || status === 'expired')).toBe(true);
    for (const id of ids) await stage.age(id, 3_600);
    for (const id of ids) await becomes(stage, id, { status: 'accepted', needs_review: false });
    for (const id of ids) {
      const events = await stage.events(id);
      expect([events.at(-1), events.filter((type) => type === 'payment.accepted').length]).toEqual([
        'payment.accepted',
        1,
      ]);
    }
  });

  it('just after a refusal, while we learn of the refusal, is always found', async () => {
    const { stage } = await start('60');
    const ids = (await Promise.all(Array.from({ length: 30 }, () => stage.place()))).map(
      ({ body }) => body.transaction_id,
    );
    await Promise.all(
      ids.map(async (id, index) => {
        await stage.act(id, 'refuse');
        if (index % 2 === 0) await eventually(async () => expect(await checksOf(stage, id)).not.toEqual([]));
        await stage.act(id, 'pay');
      }),
    );
    for (const id of ids) await becomes(stage, id, { status: 'accepted', needs_review: false });
    for (const id of ids)
      expect((await stage.events(id)).filter((type) => type === 'payment.accepted')).toHaveLength(1);
  });
});

describe('several workers', () => {
  it('share what is due: each payment is asked about once', async () => {
    // A check that outlasts its time limit is asked again, and rightly: 60 at once take a busy machine more than a second.
    const env = { CINETPAY_TIMEOUT_MS: '30000' };
    const { gateway: api, stage } = await start('3600', { env: { ...env, ROLES: 'api' } });
    const ids = (await Promise.all(Array.from({ length: 60 }, () => stage.place()))).map(
      ({ body }) => body.transaction_id,
    );
    await api.db.query(`UPDATE transactions SET next_check_at = now()`);
    const shared = { database: api.database, simulator: api.simulator, env: { ...env, ROLES: 'worker' } };
    for (let i = 0; i < 3; i++) await start('3600', shared);
    for (const id of ids) await eventually(async () => expect(await checksOf(stage, id)).toHaveLength(1), 30_000);
    await eventually(async () => {
      const due = await api.db.query(
        `SELECT 1 FROM transactions WHERE next_check_at <= now() OR lease_until IS NOT NULL`,
      );
      expect(due.rowCount).toBe(0);
    });
    for (const id of ids) expect(await checksOf(stage, id)).toHaveLength(1);
  });

  it('leave a payment to whoever has it, and take it when his lease is over', async () => {
    const { gateway, stage } = await start('3600');
    const { transaction_id: id } = (await stage.place()).body;
    const leased = `UPDATE transactions SET next_check_at = now(), lease_number = lease_number + 1,
      lease_until = clock_timestamp() + interval '1500 ms' WHERE transaction_id = $1 RETURNING lease_until`;
    const { lease_until } = (await gateway.db.query(leased, [id])).rows[0];
    const [check] = await eventually(async () => {
      const checks = await checksOf(stage, id);
      expect(checks).toHaveLength(1);
      return checks;
    });
    expect(Date.parse(check.at)).toBeGreaterThanOrEqual(lease_until.getTime());
  });
});
