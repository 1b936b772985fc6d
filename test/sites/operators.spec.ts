// Proves what operators see of the sites and do to them, through HTTP and the command line, and that every replica keeps to it.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DEMO_SITES } from '../../simulator/state/settings';
import { eventually, order, request, startTestGateway, type Answer, type TestGateway } from '../support/gateway';
import { runToEnd } from '../support/program';
import { sitesFile } from '../support/sites-file';
import { stageOf, type Stage } from '../support/stage';

const [XOF] = DEMO_SITES;
const SITE = XOF!.site_id;
let first: TestGateway;
let second: TestGateway;
let stage: Stage;
let admin: string;

beforeAll(async () => {
  first = await startTestGateway();
  second = await startTestGateway({ database: first.database, simulator: first.simulator });
  stage = stageOf(first);
  admin = await first.createKey('operators', ['admin']);
});

afterEach(async () => {
  await ask('POST', `/v1/sites/${SITE}/resume`);
  await stage.settings({ sites: DEMO_SITES });
  await stage.faults();
});

afterAll(async () => {
  await second.close();
  await first.close();
});

const ask = (method: string, path: string, body?: unknown, gateway = first): Promise<Answer> =>
  request(method, gateway.url + path, body, { authorization: `Bearer ${admin}` });
const place = (gateway: TestGateway): Promise<Answer> => gateway.call('POST', '/v1/payments', order());
const siteOf = async (): Promise<any> =>
  (await ask('GET', '/v1/sites')).body.data.find((site: any) => site.site_id === SITE);

function cli(...args: string[]): ReturnType<typeof runToEnd> {
  return runToEnd('cli', ['sites', ...args], {
    PUBLIC_URL: first.url,
    DATABASE_URL: first.database.url,
    API_KEY_PEPPER: 'a pepper for tests only',
    CINETPAY_BASE_URL: first.simulator.url,
    CINETPAY_SITES_FILE: sitesFile(DEMO_SITES),
  });
}

describe('operators', () => {
  it('see every site and none of its secrets', async () => {
    const { status, body, text } = await ask('GET', '/v1/sites');
    expect(status).toBe(200);
    expect(body.next_cursor).toBeNull();
    expect(body.data.map(({ site_id }: any) => site_id)).toEqual(DEMO_SITES.map(({ site_id }) => site_id));
    expect(body.data[0]).toEqual({
      site_id: SITE,
      name: '',
      currency: 'XOF',
      default: true,
      min_amount: 1,
      max_amount: 999_999_999,
      seamless: true,
      callers: null,
      paused: null,
    });
    for (const { apikey, secret_key } of DEMO_SITES) {
      expect(text).not.toContain(apikey);
      expect(text).not.toContain(secret_key);
    }
  });

  it('need the scope admin', async () => {
    for (const [method, path] of [
      ['GET', '/v1/sites'],
      ['POST', `/v1/sites/${SITE}/pause`],
      ['POST', `/v1/sites/${SITE}/resume`],
    ] as const) {
      expect((await first.call(method, path)).status).toBe(403);
      expect((await request(method, first.url + path)).status).toBe(401);
    }
    expect((await siteOf()).paused).toBeNull();
  });

  it('pause a site on every replica within a second, and resume it', async () => {
    expect((await place(second)).status).toBe(201);
    const paused = await ask('POST', `/v1/sites/${SITE}/pause`, { reason: 'contract ended' });
    expect(paused.status).toBe(200);
    expect(paused.body).toMatchObject({
      site_id: SITE,
      paused: { cause: 'operator', reason: 'contract ended', until: null, since: expect.any(String) },
    });
    expect((await siteOf()).paused).toEqual(paused.body.paused);
    const saved = async (): Promise<number> => (await first.db.query('SELECT 1 FROM transactions')).rowCount!;
    const before = await saved();
    const refused = await place(first);
    expect(await saved()).toBe(before);
    expect(refused.status).toBe(503);
    expect(refused.body).toMatchObject({ code: 'site_paused', safe_to_retry: 'same_request' });
    expect(refused.headers.has('retry-after')).toBe(true);
    await eventually(async () => (await place(second)).status === 503, 1_200);
    const other = await second.call('POST', '/v1/payments', order({ currency: 'XAF' }));
    expect(other.status).toBe(201);

    const resumed = await ask('POST', `/v1/sites/${SITE}/resume`, undefined, second);
    expect(resumed.body.paused).toBeNull();
    await eventually(async () => (await place(first)).status === 201, 1_200);
    expect((await place(second)).status).toBe(201);
    // The rate comes back slowly.
    const { rows } = await first.db.query('SELECT recovering_since FROM site_states WHERE site_id = $1', [SITE]);
    expect(Date.now() - rows[0].recovering_since.getTime()).toBeLessThan(5_000);
  });

  it('are told what they may not do: another site, a reason that is too long, fields that do not exist', async () => {
    expect((await ask('POST', '/v1/sites/999999/pause', {})).body).toMatchObject({ code: 'not_found', status: 404 });
    expect((await ask('POST', '/v1/sites/999999/resume')).status).toBe(404);
    const faults = await ask('POST', `/v1/sites/${SITE}/pause`, { reason: 'x'.repeat(256), until: 'tomorrow' });
    expect(faults.status).toBe(400);
    expect(faults.body.errors.map(({ pointer }: any) => pointer).sort()).toEqual(['/reason', '/until']);
    expect((await siteOf()).paused).toBeNull();
  });

  it('may pause without a reason, may pause twice, and may resume what is not paused', async () => {
    const once = await ask('POST', `/v1/sites/${SITE}/pause`);
    expect(once.body.paused).toMatchObject({ cause: 'operator', reason: null });
    const twice = await ask('POST', `/v1/sites/${SITE}/pause`, { reason: 'still' });
    expect(twice.body.paused).toMatchObject({ reason: 'still', since: once.body.paused.since });
    for (let i = 0; i < 2; i++) expect((await ask('POST', `/v1/sites/${SITE}/resume`)).body.paused).toBeNull();
  });

  it('do the same on the command line', async () => {
    expect((await cli('pause', SITE, '--reason', 'night work')).stdout).toMatch(
      /paused: operator since .*\(night work\)/,
    );
    await eventually(async () => (await place(first)).status === 503, 5_000);
    expect((await cli('list')).stdout).toMatch(new RegExp(`^${SITE}  XOF .*night work`, 'm'));
    expect((await cli('resume', SITE)).stdout).toContain('open');
    await eventually(async () => (await place(first)).status === 201, 5_000);
    const unknown = await cli('pause', '424242');
    expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining('No configured site') });
    expect((await cli('pause')).code).toBe(2);
  });
});

describe('while an operator has paused a site', () => {
  it('no call is made for it, and what was due goes on after the resume', async () => {
    const { transaction_id: id } = (await place(first)).body;
    await ask('POST', `/v1/sites/${SITE}/pause`, {});
    const asked = (await stage.requests(id)).length;
    const verified = await first.call('POST', `/v1/payments/${id}/verify`);
    expect(verified.status).toBe(202);
    await stage.act(id, 'pay');
    await eventually(async () => (await stage.row(id)).wake_number > 0);
    expect((await stage.requests(id)).length).toBe(asked);
    expect((await stage.read(id)).status).toBe('pending');
    await ask('POST', `/v1/sites/${SITE}/resume`);
    await eventually(async () => (await stage.read(id)).status === 'accepted');
  });
});

describe('a site that CinetPay refuses our credentials for', () => {
  const spoil = () => stage.settings({ sites: DEMO_SITES.map((site) => ({ ...site, apikey: 'another' })) });

  it('pauses itself after three transactions, loudly; orders get 503 before they are saved; resume brings it back', async () => {
    await spoil();
    const failed: Answer[] = [];
    for (let i = 0; i < 3; i++) failed.push(await place(first));
    expect(failed.map(({ status, body }) => [status, body.code])).toEqual(
      Array(3).fill([502, 'cinetpay_misconfigured']),
    );
    const { paused } = await siteOf();
    expect(paused).toMatchObject({ cause: 'credentials', reason: expect.stringContaining('609') });
    expect(new Date(paused.until).getTime()).toBeGreaterThan(Date.now() + 20_000);
    for (const gateway of [first, second]) {
      const refused = await eventually(async () => {
        const answer = await place(gateway);
        return answer.status === 503 && answer;
      }, 1_500);
      expect(refused.body.code).toBe('site_paused');
    }
    const metrics = (await request('GET', `${second.url}/metrics`)).text;
    expect(metrics).toContain(`site_paused{site="${SITE}",cause="credentials"} 1`);
    expect((await request('GET', `${first.url}/metrics`)).text).toMatch(
      new RegExp(`cinetpay_calls_total\\{site="${SITE}",operation="payment",outcome="misconfigured"\\} 3`),
    );

    await stage.settings({ sites: DEMO_SITES });
    await ask('POST', `/v1/sites/${SITE}/resume`);
    await eventually(async () => (await place(second)).status === 201, 1_500);
  });
});

describe('while CinetPay throttles', () => {
  it('orders are saved and answered 202, and operators may end the pause', async () => {
    // An order of before that still waits for its turn would take the one 429.
    await eventually(async () => {
      const { rows } = await first.db.query('SELECT 1 FROM transactions WHERE next_initiation_at IS NOT NULL');
      return rows.length === 0;
    }, 15_000);
    await stage.faults({ operation: 'payment', kind: 'status', status: 429, retry_after: 60, times: 1 });
    const throttled = await place(first);
    expect(throttled.status).toBe(202);
    expect((await siteOf()).paused).toMatchObject({ cause: 'throttled', until: expect.any(String) });
    // It may use up the few slots it had booked.
    await eventually(async () => (await place(second)).status === 202, 1_500);
    await ask('POST', `/v1/sites/${SITE}/resume`);
    const { transaction_id: id } = throttled.body;
    await eventually(async () => (await stage.read(id)).status === 'pending', 8_000);
  });
});
