// Proves that an order which may not come in at all is refused before anything is saved or sent, and that one which may is not refused because
// CinetPay has no time for it.
import { afterEach, describe, expect, it } from 'vitest';
import { newId } from '../../src/common/ids';
import { eventually, order, request, startTestGateway, type TestGateway } from '../support/gateway';
import { sitesFile } from '../support/sites-file';
import { startStandIn, says, type StandIn } from '../support/stand-in';
import { stageOf, type Stage } from '../support/stage';

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function start(
  env: Record<string, string> = {},
): Promise<{ gateway: TestGateway; stage: Stage; standIn: StandIn }> {
  const standIn = await startStandIn();
  const gateway = await startTestGateway({
    env: { CINETPAY_BASE_URL: standIn.url, CINETPAY_TIMEOUT_MS: '500', ...env },
  });
  open.push(
    () => standIn.close(),
    () => gateway.close(),
  );
  return { gateway, stage: stageOf(gateway), standIn };
}

async function rows({ db }: TestGateway): Promise<number> {
  return (await db.query('SELECT count(*)::int AS rows FROM transactions')).rows[0].rows;
}

describe('who asks', () => {
  it('needs a key that is known, and one that may start payments', async () => {
    const { gateway, standIn } = await start();
    const [dropIn, admin] = [await gateway.createKey('s', ['drop_in']), await gateway.createKey('ops', ['admin'])];
    const asking = (authorization: Record<string, string>) =>
      request('POST', `${gateway.url}/v1/payments`, order(), authorization);
    for (const headers of [
      {} as Record<string, string>,
      { authorization: 'Bearer x' },
      { authorization: `Basic ${gateway.apiKey}` },
    ]) {
      expect(await asking(headers)).toMatchObject({ status: 401, body: { code: 'unauthorized' } });
    }
    expect(await asking({ authorization: `Bearer ${dropIn}` })).toMatchObject({
      status: 403,
      body: { code: 'forbidden' },
    });
    expect([await rows(gateway), standIn.heard]).toEqual([0, []]);
    // `admin` covers all callers' payments; it starts its own.
    expect((await asking({ authorization: `Bearer ${admin}` })).status).toBe(201);
  });
});

describe('a site', () => {
  const site = (site_id: string, currency: string, more = {}) => ({
    site_id,
    currency,
    apikey: `key-${site_id}`,
    secret_key: 's',
    ...more,
  });

  it('that fits the order is needed', async () => {
    const sites = [
      ...[site('1', 'XOF', { min_amount: 200, max_amount: 1000 }), site('2', 'XOF', { seamless: true })],
      ...[
        site('3', 'XAF', { callers: ['another'] }),
        site('4', 'CDF'),
        site('5', 'USD', { default: true }),
        site('6', 'USD'),
      ],
    ];
    const { gateway, stage, standIn } = await start({ CINETPAY_SITES_FILE: sitesFile(sites) });
    for (const [overrides, code, status] of [
      [{ currency: 'GNF' }, 'no_site_for_currency', 422],
      [{ currency: 'XAF' }, 'no_site_for_currency', 422],
      [{}, 'site_ambiguous', 422],
      [{ site_id: '99' }, 'site_unknown', 422],
      [{ site_id: '4' }, 'site_currency_mismatch', 422],
      [{ site_id: '3', currency: 'XAF' }, 'site_not_allowed', 422],
      [{ site_id: '4', currency: 'CDF', integration: 'seamless' }, 'seamless_not_allowed', 422],
      [{ site_id: '1', amount: 195 }, 'validation_failed', 400],
      [{ site_id: '1', amount: 1005 }, 'validation_failed', 400],
    ] as const) {
      const answer = await stage.place(overrides);
      expect([answer.status, answer.body.code]).toEqual([status, code]);
      if (status === 400)
        expect(answer.body.errors).toEqual([expect.objectContaining({ pointer: '/amount', code: 'range' })]);
    }
    expect([await rows(gateway), standIn.heard]).toEqual([0, []]);
    for (const [overrides, site_id] of [
      [{ site_id: '1', amount: 200 }, '1'],
      [{ site_id: '1', amount: 1000 }, '1'],
      [{ integration: 'seamless' }, '2'],
      [{ currency: 'USD' }, '5'],
      [{ currency: 'USD', site_id: '6' }, '6'],
    ] as const) {
      expect(await stage.place(overrides)).toMatchObject({ status: 201, body: { site_id } });
    }
  });

  it('that an operator has paused takes no order; a repetition is still answered', async () => {
    const { gateway, stage, standIn } = await start();
    const transaction_id = newId();
    expect((await stage.place({ transaction_id })).status).toBe(201);
    await gateway.db.query(`UPDATE site_states SET pause_cause = 'operator', pause_number = pause_number + 1`);
    const refused = await eventually(async () => {
      const answer = await stage.place();
      expect(answer.status).toBe(503);
      return answer;
    });
    expect(refused.body).toMatchObject({ code: 'site_paused', safe_to_retry: 'same_request' });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    const before = [await rows(gateway), standIn.heard.length];
    expect((await stage.place({ transaction_id })).status).toBe(200);
    expect((await stage.place({ currency: 'XAF', amount: 5 })).status).toBe(201);
    expect((await stage.place()).status).toBe(503);
    expect([await rows(gateway), standIn.heard.length]).toEqual([before[0]! + 1, before[1]! + 1]);
  });

  it('whose credentials CinetPay refuses again and again takes no order either', async () => {
    const { gateway, stage, standIn } = await start();
    for (let i = 0; i < 3; i++) {
      const transaction_id = newId();
      standIn.says(transaction_id, 'payment', { body: says('609') });
      expect((await stage.place({ transaction_id })).status).toBe(502);
    }
    expect(await stage.place()).toMatchObject({ status: 503, body: { code: 'site_paused' } });
    expect([await rows(gateway), standIn.heard.length]).toEqual([3, 3]);
  });
});

describe('a CinetPay that', () => {
  it('cannot be reached is waited for: every order is taken, and gets its counter when it is back', async () => {
    const { gateway, stage, standIn } = await start({ INITIATION_RETRY_SECONDS: '1' });
    await standIn.leave();
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) {
      const { status, headers, body } = await stage.place();
      expect([status, body.status, headers.get('retry-after')]).toEqual([202, 'created', expect.any(String)]);
      ids.push(body.transaction_id);
    }
    expect(standIn.heard).toEqual([]);
    await standIn.comeBack();
    const { rowCount } = await gateway.db.query(
      `UPDATE site_states SET paused_until = clock_timestamp() WHERE pause_cause = 'unreachable'`,
    );
    expect(rowCount).toBe(1);
    for (const id of ids) await eventually(async () => expect((await stage.read(id)).status).toBe('pending'));
    expect(standIn.heard.map((heard) => heard.body.transaction_id).sort()).toEqual([...ids].sort());
  });

  it('is behind lets orders in up to BACKLOG_LIMIT', async () => {
    const { gateway, stage, standIn } = await start({ BACKLOG_LIMIT: '3', INITIATION_RETRY_SECONDS: '3600' });
    await standIn.leave();
    const first = await stage.place({ transaction_id: 'FIRST' });
    const refused = await eventually(async () => {
      const answer = await stage.place();
      expect(answer.status).toBe(503);
      return answer;
    });
    expect(refused.body).toMatchObject({ code: 'backlog_full', safe_to_retry: 'same_request' });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    const saved = await rows(gateway);
    expect(saved).toBeGreaterThanOrEqual(3);
    expect((await stage.place()).status).toBe(503);
    expect([first.status, (await stage.place({ transaction_id: 'FIRST' })).status, await rows(gateway)]).toEqual([
      202,
      202,
      saved,
    ]);
  });

  it('has no time left for us within 3 s answers the order when it has', async () => {
    const { stage, standIn } = await start({ CINETPAY_RATE_PER_SECOND: '1' });
    const started = performance.now();
    const answers = await Promise.all(Array.from({ length: 6 }, () => stage.place()));
    expect(performance.now() - started).toBeLessThan(4_500);
    const statuses = answers.map(({ status }) => status);
    expect([new Set(statuses), statuses.includes(201)]).toEqual([new Set([201, 202]), true]);
    for (const { headers, status } of answers) if (status === 202) expect(headers.get('retry-after')).toMatch(/^\d+$/);
    for (const { body } of answers) {
      await eventually(async () => expect((await stage.read(body.transaction_id)).status).toBe('pending'), 12_000);
    }
    const ids = standIn.heard.map((heard) => heard.body.transaction_id);
    expect([ids.length, new Set(ids).size]).toEqual([6, 6]);
  });
});
