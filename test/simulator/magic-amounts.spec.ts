// Proves that each magic amount does what the table on the landing page says, and that no other amount does anything.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAGIC_AMOUNTS } from '../../simulator/faults/magic-amounts';
import { COUNTRIES } from '../../simulator/facts/operators';
import type { RunningSimulator } from '../../simulator/simulator';
import { call, ledgerOf, Merchant, order, start, until, type Answer, type Received } from './harness';

let simulator: RunningSimulator;
let merchant: Merchant;
beforeAll(async () => {
  [simulator, merchant] = await Promise.all([start(), new Merchant().open()]);
});
afterAll(() => Promise.all([simulator.close(), merchant.close()]));
const pay = (sent: unknown): Promise<Answer> => call('POST', `${simulator.url}/v2/payment`, sent);
const check = (sent: unknown): Promise<Answer> => call('POST', `${simulator.url}/v2/payment/check`, sent);
const magic = (amount: number): Record<string, unknown> => order({ amount, notify_url: merchant.url });
const settled = (sent: unknown): Promise<Answer> =>
  until(
    () => check(sent),
    ({ body }) => body.code !== '662',
  );
const postsOf = ({ transaction_id }: Record<string, unknown>): Received[] =>
  merchant.posts().filter(({ raw }) => raw.includes(`cpm_trans_id=${String(transaction_id)}&`));
const notified = (sent: Record<string, unknown>, count: number): Promise<Received[]> =>
  until(
    () => postsOf(sent),
    (seen) => seen.length >= count,
  );

it('every amount lies inside every country’s limits, is a multiple of 5, and stands on the landing page', async () => {
  const text = await (await fetch(simulator.url)).text();
  for (const { amount, meaning } of MAGIC_AMOUNTS) {
    expect(amount % 5).toBe(0);
    for (const { min, max } of COUNTRIES) expect(amount >= min && amount <= max).toBe(true);
    expect(text).toContain(`>${amount}</td><td data-name="what happens">${meaning}</td>`);
  }
});

describe.concurrent('each amount', () => {
  it.each([
    [1905, '00', 'ACCEPTED'],
    [1910, '600', 'REFUSED'],
    [1915, '602', 'REFUSED'],
    [1920, '604', 'REFUSED'],
    [1925, '627', 'REFUSED'],
    [1930, '623', 'WAITING_FOR_CUSTOMER'],
  ])('%i becomes %s %s by itself', async (amount, code, status) => {
    const sent = magic(amount);
    await pay(sent);
    const { body } = await settled(sent);
    expect([body.code, body.data.status, body.data.amount]).toEqual([code, status, String(amount)]);
    await notified(sent, 1);
  });

  it('1935: refused, accepted later', async () => {
    const sent = magic(1935);
    await pay(sent);
    expect((await settled(sent)).body.code).toBe('600');
    await until(
      () => check(sent),
      ({ body }) => body.code === '00',
      8_000,
    );
  });

  it('1940, 1950, 1955: the first initiation fails, the second works', async () => {
    const throttled = magic(1940);
    const first = await pay(throttled);
    expect([first.status, first.headers.get('retry-after')]).toEqual([429, '1']);
    const lost = magic(1950);
    await expect(pay(lost)).rejects.toThrow();
    const down = magic(1955);
    expect([(await pay(down)).status, (await check(down)).body.code]).toEqual([503, '608']);
    for (const sent of [throttled, lost, down]) expect((await pay(sent)).body.code).toBe('201');
  });

  it('1945: created at once, answered slowly', async () => {
    const sent = magic(1945);
    const slow = fetch(`${simulator.url}/v2/payment`, {
      method: 'POST',
      body: JSON.stringify(sent),
      signal: AbortSignal.timeout(300),
    });
    await expect(slow).rejects.toThrow();
    expect((await check(sent)).body.code).toBe('662');
    expect((await pay(sent)).body.code).toBe('201');
  });

  it('1960, 1965: accepted, but the check lies', async () => {
    const [amount, currency] = [magic(1960), magic(1965)];
    await Promise.all([pay(amount), pay(currency)]);
    expect((await settled(amount)).body.data).toMatchObject({ status: 'ACCEPTED', amount: '1965', currency: 'XOF' });
    expect((await settled(currency)).body.data).toMatchObject({ status: 'ACCEPTED', amount: '1965', currency: 'XAF' });
  });

  it('1970, 1985: accepted without a notification, or with a late one', async () => {
    const [lost, late] = [magic(1970), magic(1985)];
    await Promise.all([pay(lost), pay(late)]);
    for (const sent of [lost, late]) expect((await settled(sent)).body.code).toBe('00');
    const { notifications } = await ledgerOf(simulator);
    const ids = notifications.map((one) => one.transaction_id);
    expect(ids).not.toContain(lost.transaction_id);
    expect(ids).not.toContain(late.transaction_id);
  });

  it('1975, 1980: two notifications, the same twice or one of them forged', async () => {
    const [twice, forged] = [magic(1975), magic(1980)];
    await Promise.all([pay(twice), pay(forged)]);
    const [first, second] = await notified(twice, 2);
    expect(first?.raw).toBe(second?.raw);
    expect(first?.headers['x-token']).toBe(second?.headers['x-token']);
    const [third, fourth] = await notified(forged, 2);
    expect(third?.headers['x-token']).not.toBe(fourth?.headers['x-token']);
  });

  it('1990: notified before the answer', async () => {
    const sent = magic(1990);
    expect((await pay(sent)).body.code).toBe('201');
    expect(postsOf(sent)).toHaveLength(1);
  });

  it('ordinary amounts, and all amounts when magic is off, do nothing', async () => {
    const plain = await start({ settings: { magic_amounts: false } });
    const sent = [magic(1940), magic(1950), magic(1990)];
    for (const one of sent) expect((await call('POST', `${plain.url}/v2/payment`, one)).body.code).toBe('201');
    await plain.close();
    expect(sent.flatMap(postsOf)).toEqual([]);
  });
});
