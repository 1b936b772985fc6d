// Proves that a check without an answer does not end the wake that asked for it: a payment of which CinetPay has told us stays in the woken lane, and
// no number of notifications asks CinetPay more often than the spacing allows.
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { eventually, startTestGateway, type TestGateway } from '../support/gateway';
import { stageOf, type Stage } from '../support/stage';
import { formOf, notify } from './forms';

let gateway: TestGateway;
let stage: Stage;
beforeAll(async () => {
  gateway = await startTestGateway({ env: { INITIATION_RETRY_SECONDS: '1' } });
  stage = stageOf(gateway);
});
afterAll(() => gateway.close());
afterEach(() => stage.faults());

const becomes = (id: string, status: string): Promise<void> =>
  eventually(async () => expect((await stage.read(id)).status).toBe(status), 20_000);
const place = async (): Promise<string> => (await stage.place()).body.transaction_id;
const failedChecks = async (id: string): Promise<number> => (await stage.row(id)).failed_checks;

it('a refused payment that is paid is asked about again within seconds, not by the clock an hour later', async () => {
  const id = await place();
  await stage.act(id, 'refuse');
  await becomes(id, 'refused');
  await stage.faults({ operation: 'check', kind: 'html', status: 502, times: 1 });
  await stage.act(id, 'pay');
  await becomes(id, 'accepted');
});

it('the payment stays woken until a check is answered', async () => {
  const id = await place();
  await stage.faults({ operation: 'check', kind: 'html', status: 502 });
  await notify(gateway, formOf(id));
  await eventually(async () => expect(await failedChecks(id)).toBeGreaterThanOrEqual(2));
  expect((await stage.row(id)).woken_at).not.toBeNull();
  await stage.faults();
  await eventually(async () => expect(await stage.row(id)).toMatchObject({ woken_at: null, failed_checks: 0 }));
});

it('many notifications during an outage of the check cause a burst of two checks, then one in two seconds', async () => {
  const id = await place();
  await stage.faults({ operation: 'check', kind: 'html', status: 502 });
  const began = Date.now();
  while (Date.now() - began < 3_000) await notify(gateway, formOf(id));
  const seconds = (Date.now() - began) / 1000;
  const checks = (await stage.requests(id, 'check')).length;
  expect(checks).toBeGreaterThanOrEqual(2);
  // The burst, one in two seconds, and one a second (less its jitter) by the list of retries.
  expect(checks).toBeLessThanOrEqual(2 + seconds / 2 + seconds / 0.8 + 1);
});

it('an order whose link was lost is asked about by the list of retries, although a notification woke it', async () => {
  await stage.settings({ duplicate_transaction: 'error' });
  await stage.faults(
    { operation: 'payment', kind: 'drop_response', times: 1 },
    { operation: 'check', kind: 'html', status: 502 },
  );
  const id = await place();
  await eventually(async () => expect((await stage.row(id)).initiation).toBe('ask'));
  const before = (await stage.requests(id, 'check')).length;
  await notify(gateway, formOf(id));
  const began = Date.now();
  await eventually(async () => expect((await stage.requests(id, 'check')).length).toBeGreaterThanOrEqual(before + 3));
  // Two of them were at once; the third had to wait.
  expect(Date.now() - began).toBeGreaterThan(500);
  await stage.settings({ duplicate_transaction: 'same_token' });
});
