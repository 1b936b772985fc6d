// Proves that a page of CinetPay's script which comes back under another device id is noted, and that CinetPay is told, once and inside the budget.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AddressLimits, CHECKOUT_QUOTA } from '../../src/throttling/address.limits';
import { eventually, request, startTestGateway, type Answer, type TestGateway } from '../support/gateway';
import { stageOf, type Stage } from '../support/stage';
import { clientOf, newTransactionId, wireOrder } from './client';
import { expectFault, invalid } from './expected';

let gateway: TestGateway;
let stage: Stage;
beforeAll(async () => {
  gateway = await startTestGateway({ env: { INITIATION_RETRY_SECONDS: '1', CHECK_SCHEDULE_SECONDS: '86400' } });
  stage = stageOf(gateway);
});
afterAll(() => gateway.close());
beforeEach(() => stage.faults());

const move = (old_device_id: unknown, new_device_id: unknown): Promise<Answer> =>
  request(
    'POST',
    `${gateway.url}/v2/seamless/device`,
    { old_device_id, new_device_id },
    { origin: 'https://shop.example' },
  );

function expectNoted({ status, body, headers }: Answer): void {
  expect([status, body.code]).toEqual([200, '202']);
  expect(headers.get('access-control-allow-origin')).toBe('*');
}

async function place(): Promise<{ id: string; device: string }> {
  const device = `d-${newTransactionId()}`;
  const order = wireOrder({ device_id: device, return_url: undefined });
  expect((await clientOf(gateway).pay(order)).body.code).toBe('201');
  return { id: String(order.transaction_id), device };
}

/** What CinetPay was told of the device of an order, oldest first: `old>new`. */
async function told(id: string): Promise<string[]> {
  const moves = await stage.requests(id, 'device');
  return moves.map(({ raw_body }) => Object.values(JSON.parse(raw_body)).join('>'));
}

const noted = async (id: string): Promise<any> =>
  (await gateway.db.query('SELECT * FROM device_moves WHERE transaction_id = $1', [id])).rows[0];

describe('the move of a device', () => {
  it('is passed on, and so is the next one, from where CinetPay was told last', async () => {
    const { id, device } = await place();
    expectNoted(await move(device, `${device}-2`));
    await eventually(async () => expect(await told(id)).toEqual([`${device}>${device}-2`]));
    await eventually(async () =>
      expect(await noted(id)).toMatchObject({ told_device_id: `${device}-2`, next_attempt_at: null }),
    );
    expectNoted(await move(device, `${device}-2`));
    expectNoted(await move(`${device}-2`, `${device}-3`));
    await eventually(async () => (await told(id)).length > 1);
    expect(await told(id)).toEqual([`${device}>${device}-2`, `${device}-2>${device}-3`]);
  });

  it('is told once, with the last device, after CinetPay was away', async () => {
    const { id, device } = await place();
    await stage.faults({ operation: 'device', kind: 'status', status: 503 });
    expectNoted(await move(device, `${device}-2`));
    await eventually(async () => (await told(id)).length > 0);
    expectNoted(await move(`${device}-2`, `${device}-3`));
    expectNoted(await move(`${device}-3`, `${device}-4`));
    await stage.faults();
    await eventually(async () =>
      expect(await noted(id)).toMatchObject({ told_device_id: `${device}-4`, next_attempt_at: null }),
    );
    expect((await told(id)).at(-1)).toBe(`${device}>${device}-4`);
  });

  it('of an order that CinetPay does not have yet waits for it', async () => {
    await stage.faults({ operation: 'payment', kind: 'status', status: 503 });
    const { id, device } = await place();
    expectNoted(await move(device, `${device}-2`));
    expect((await stage.row(id)).status).toBe('created');
    expect(await told(id)).toEqual([]);
    await stage.faults();
    await eventually(async () => expect(await told(id)).toEqual([`${device}>${device}-2`]));
    expect((await stage.row(id)).status).toBe('pending');
  });

  it('is given up when CinetPay goes on refusing, and begins anew with the next one', async () => {
    const { id, device } = await place();
    await stage.faults({ operation: 'device', kind: 'html', status: 404 });
    await move(device, `${device}-2`);
    await eventually(async () => (await told(id)).length > 0);
    const row = async (): Promise<any> => {
      await gateway.db.query(`UPDATE device_moves SET next_attempt_at = now() WHERE next_attempt_at > now()`);
      return noted(id);
    };
    await eventually(async () => expect(await row()).toMatchObject({ attempts: 5, next_attempt_at: null }));
    expect(await told(id)).toHaveLength(5);
    // Nor is it held against the site: its orders go on.
    await place();
    await stage.faults();
    await move(`${device}-2`, `${device}-3`);
    await eventually(async () => expect((await told(id)).at(-1)).toBe(`${device}>${device}-3`));
  });

  it('of a device that no open order has is answered the same, and nothing is kept or told', async () => {
    const { id, device } = await place();
    await gateway.call('POST', `/v1/payments/${id}/close`);
    for (const old of [device, 'unknown', `${device}'); DROP TABLE device_moves; --`])
      expectNoted(await move(old, `${device}-x`));
    expect(await noted(id)).toBeUndefined();
    expect(await told(id)).toEqual([]);
  });

  it('without one of its ids is refused', async () => {
    expectFault(await move(undefined, 'b'), invalid('old_device_id is required'));
    expectFault(await move('a', ''), invalid('new_device_id is required'));
    expectFault(await move('a', 'x'.repeat(256)), invalid('new_device_id may have at most 255 characters'));
    expectFault(await move('a', 'x'.repeat(9_000)), invalid('A body may have at most 8 KB.'));
  });

  it('is passed over once what became of the order is known', async () => {
    const { id, device } = await place();
    await stage.faults({ operation: 'device', kind: 'status', status: 503 });
    await move(device, `${device}-2`);
    await eventually(async () => (await told(id)).length > 0);
    await stage.act(id, 'pay');
    await eventually(async () => (await stage.row(id)).status === 'accepted');
    await stage.faults();
    const before = await told(id);
    await eventually(async () => {
      const { rows } = await gateway.db.query(
        `SELECT now() > next_attempt_at + interval '1 second' AS past FROM device_moves WHERE transaction_id = $1`,
        [id],
      );
      return rows.length === 0 || rows[0].past === true;
    });
    expect(await told(id)).toEqual(before);
  });

  it('counts against its address', async () => {
    const { checkout } = gateway.app.get(AddressLimits);
    const before = checkout.look('127.0.0.1').remaining;
    await move('a', 'b');
    expect(checkout.look('127.0.0.1').remaining).toBe(before - 1);
    for (let i = 0; i < CHECKOUT_QUOTA.limit; i++) checkout.count('127.0.0.1');
    expect((await move('a', 'b')).body.code).toBe('429');
  });
});
