// Proves that a site whose calls hang and whose backlog is older keeps no other site's checks waiting.
import { afterEach, expect, it } from 'vitest';
import { newId } from '../../src/common/ids';
import { eventually, startTestGateway, type TestGateway } from '../support/gateway';
import { startStandIn, type StandIn } from '../support/stand-in';
import { stageOf } from '../support/stage';

let gateway: TestGateway;
let standIn: StandIn;
afterEach(async () => {
  await gateway.close();
  await standIn.close();
});

it('a site that hangs leaves the places of another to it', async () => {
  standIn = await startStandIn();
  gateway = await startTestGateway({ env: { CINETPAY_BASE_URL: standIn.url, CINETPAY_TIMEOUT_MS: '6000' } });
  const stage = stageOf(gateway);
  const place = async (currency: string): Promise<string> => {
    const { status, body } = await stage.place({ currency, transaction_id: newId() });
    expect(status).toBe(201);
    return body.transaction_id;
  };
  // More than a replica's places for scheduled checks, all due before those of the other site.
  const hanging = await Promise.all(Array.from({ length: 80 }, () => place('XOF')));
  const others = await Promise.all(Array.from({ length: 40 }, () => place('XAF')));
  for (const id of hanging) standIn.says(id, 'check', { delayMs: 30_000, cut: true });
  const asked = (ids: string[]): number =>
    standIn.heard.filter(({ operation, body }) => operation === 'check' && ids.includes(body.transaction_id)).length;
  await gateway.db.query(`UPDATE transactions SET next_check_at = now() - interval '1 hour' WHERE currency = 'XOF'`);
  await eventually(() => expect(asked(hanging)).toBeGreaterThanOrEqual(32));
  await gateway.db.query(`UPDATE transactions SET next_check_at = now() WHERE currency = 'XAF'`);
  await eventually(() => expect(asked(others)).toBe(others.length), 4_000);
  expect(asked(hanging)).toBeLessThan(hanging.length);
});
