// Proves that a site's secret can be changed without losing a notification, and that no site leaves while payments need it.
import { afterEach, expect, it } from 'vitest';
import { DEMO_SITES } from '../../simulator/state/settings';
import { loadConfig } from '../../src/config/environment';
import type { Config } from '../../src/config/config';
import { startGateway } from '../../src/start';
import { eventually, request, startTestGateway, type TestGateway } from '../support/gateway';
import { sitesFile } from '../support/sites-file';
import { stageOf } from '../support/stage';

const [XOF, ...OTHERS] = DEMO_SITES;
let gateway: TestGateway;
afterEach(() => gateway.close());

const rotated = (previous: string[]) => ({
  // No schedule: only a notification can tell.
  env: {
    CHECK_SCHEDULE_SECONDS: '600',
    CINETPAY_SITES_FILE: sitesFile([{ ...XOF, secret_key: 'the new secret', secret_keys_previous: previous }]),
  },
});

it('believes a notification that is signed with a former secret', async () => {
  gateway = await startTestGateway(rotated(['older still', XOF!.secret_key]));
  const stage = stageOf(gateway);
  const { transaction_id: id } = (await stage.place()).body;
  await stage.act(id, 'pay');
  await eventually(async () => (await stage.read(id)).status === 'accepted');
});

it('keeps one that no secret of the site verifies, and asks nobody for it', async () => {
  gateway = await startTestGateway(rotated(['', 'another']));
  const stage = stageOf(gateway);
  const { transaction_id: id } = (await stage.place()).body;
  await stage.act(id, 'pay');
  await eventually(async () => (await gateway.db.query('SELECT 1 FROM notifications')).rowCount === 1);
  expect((await stage.row(id)).wake_number).toBe(0);
  expect(await stage.requests(id, 'check')).toEqual([]);
  expect((await stage.read(id)).status).toBe('pending');
});

/** What a start beside the gateway finds, from whose configuration the site of XOF has gone. */
const lacking = (): Config =>
  loadConfig(
    {
      ...{ PORT: '0', HOST: '127.0.0.1', PUBLIC_URL: gateway.url, DATABASE_URL: gateway.database.url },
      ...{ CINETPAY_BASE_URL: gateway.simulator.url, CINETPAY_SITES_FILE: sitesFile(OTHERS) },
      ...{ API_KEY_PEPPER: 'a pepper for tests only', LOG_LEVEL: 'silent', THROTTLE_LIMIT: '1000000' },
    },
    'test',
  );
const REFUSED = new RegExp(`lacks site ${XOF!.site_id},`);

it('refuses to start without a site that a payment still has to be asked at, and names it', async () => {
  gateway = await startTestGateway();
  const stage = stageOf(gateway);
  const { transaction_id: id } = (await stage.place()).body;
  await expect(startGateway(lacking())).rejects.toThrow(REFUSED);
  await stage.act(id, 'pay');
  await eventually(async () => (await stage.read(id)).status === 'accepted');
  const started = await startGateway(lacking());
  await started.stop();
});

it('refuses to start without the site of a payment that waits for a person, although nothing of it is due', async () => {
  gateway = await startTestGateway();
  const stage = stageOf(gateway);
  const { transaction_id: id } = (await stage.place()).body;
  await stage.faults({ operation: 'check', kind: 'wrong_amount' });
  await stage.act(id, 'pay');
  await eventually(async () => (await stage.read(id)).needs_review === true);
  expect(await stage.row(id)).toMatchObject({ status: 'pending', next_check_at: null, next_initiation_at: null });
  await expect(startGateway(lacking())).rejects.toThrow(REFUSED);
});

it('leaves a payment alone whose site has gone: an old link wakes nobody, verify says what is known, and the next start is not refused', async () => {
  gateway = await startTestGateway();
  const stage = stageOf(gateway);
  const { transaction_id: id, checkout_url } = (await stage.place()).body;
  await stage.act(id, 'refuse');
  await eventually(async () => (await stage.read(id)).status === 'refused');
  const rest = `UPDATE transactions SET next_check_at = NULL, woken_at = NULL, wake_allowed_at = NULL WHERE transaction_id = $1`;
  await gateway.db.query(rest, [id]);
  const before = await stage.row(id);
  const started = await startGateway(lacking());
  const at = (method: string, path: string, headers: Record<string, string>): ReturnType<typeof request> =>
    request(method, started.url + path, undefined, headers);
  const returned = await at('GET', `${new URL(checkout_url).pathname}/return`, { accept: 'text/html' });
  const verified = await at('POST', `/v1/payments/${id}/verify`, { authorization: `Bearer ${gateway.apiKey}` });
  expect([returned.status, verified.status, verified.body.status]).toEqual([303, 202, 'refused']);
  expect(await stage.row(id)).toEqual(before);
  await started.stop();
  await (await startGateway(lacking())).stop();
});
