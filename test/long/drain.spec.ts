// Proves that behind a proxy that keeps its connections and probes nothing, six rolling restarts at 40 orders a second lose no order and no notification.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { pause } from '../../src/common/clock';
import { eventually, order, request } from '../support/gateway';
import { freePort } from '../torture/world';
import { figure, startFleet, type Fleet } from './fleet';
import { Proxy } from './proxy';

const PER_SECOND = 40;
const RESTARTS = 6;
let fleet: Fleet;
let proxy: Proxy;

beforeEach(async () => {
  const port = await freePort();
  fleet = await startFleet(2, {
    ...{ PUBLIC_URL: `http://127.0.0.1:${port}`, CINETPAY_RATE_PER_SECOND: '1000000', THROTTLE_LIMIT: '1000000' },
    ...{ CHECK_SCHEDULE_SECONDS: '36000', LOG_LEVEL: 'warn' },
  });
  proxy = new Proxy(fleet.replicas.map(({ url }) => url));
  await proxy.start(port);
});
afterEach(async () => {
  proxy.stop();
  await fleet.close();
});

it('loses nothing in six rolling restarts', async () => {
  const answers = new Map<number | string, number>();
  const pending = new Set<Promise<void>>();
  let over = false;
  let notified = 0;
  const one = async (): Promise<void> => {
    const { status, body } = await request('POST', `${proxy.url}/v1/payments`, order(), {
      authorization: `Bearer ${fleet.apiKey}`,
    });
    answers.set(status, (answers.get(status) ?? 0) + 1);
    // CinetPay notifies through the same proxy, once.
    if (status !== 201) return;
    await request('POST', `${fleet.simulator.url}/_sim/transactions/${body.transaction_id}/pay`, {});
    notified++;
  };
  const load = (async () => {
    const began = performance.now();
    for (let index = 0; !over; index++) {
      const sending: Promise<void> = one()
        .catch((error: Error) => void answers.set(error.message, (answers.get(error.message) ?? 0) + 1))
        .finally(() => pending.delete(sending));
      pending.add(sending);
      await pause(Math.max(0, began + (index * 1000) / PER_SECOND - performance.now()));
    }
  })();
  await pause(2_000);
  for (let restart = 0; restart < RESTARTS; restart++) {
    const replica = fleet.replicas[restart % fleet.replicas.length]!;
    expect(await replica.stop('SIGTERM')).toBe(0);
    await replica.start();
    // The proxy comes back to it when its time is over.
    await pause(11_000);
  }
  over = true;
  await load;
  await Promise.all(pending);
  figure(
    `six restarts, ${JSON.stringify([...answers])}, ${notified} notifications, lost: ${proxy.lost.join(' · ') || 'none'}`,
  );
  expect([...answers.keys()].filter((answer) => answer !== 201 && answer !== 202)).toEqual([]);
  expect(proxy.lost).toEqual([]);
  await eventually(async () => {
    const { rows } = await fleet.db.query<{ kept: number }>('SELECT count(*)::int AS kept FROM notifications');
    return rows[0]!.kept >= notified;
  }, 30_000);
});
