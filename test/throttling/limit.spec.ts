// Proves over HTTP that a key has one limit over all routes, what each answer says about it, and who is not limited at all.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, order, request, startTestGateway, type Answer, type TestGateway } from '../support/gateway';

const LIMIT = 20;
let gateway: TestGateway;
let keys = 0;

beforeAll(async () => {
  gateway = await startTestGateway({ env: { THROTTLE_LIMIT: String(LIMIT), THROTTLE_WINDOW_SECONDS: '60' } });
});
afterAll(() => gateway.close());

/** A caller with a limit of its own, all of it unused. */
async function newCaller(
  scope: 'payments' | 'drop_in' = 'payments',
): Promise<(path: string, body?: unknown) => Promise<Answer>> {
  const key = await gateway.createKey(`caller-${keys++}`, [scope]);
  return (path, body) =>
    request(body === undefined ? 'GET' : 'POST', gateway.url + path, body, { authorization: `Bearer ${key}` });
}

const times = <T>(count: number, work: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)));

describe('the limit of an API key', () => {
  it('is told on every answer, whatever it is', async () => {
    const call = await newCaller();
    const answers = [
      await call('/v1/payments'),
      await call('/v1/payments/unknown'),
      await call('/v1/payments', { amount: 'much' }),
      await call('/v1/payments', order()),
      await call('/v1/sites'),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 404, 400, 201, 403]);
    answers.forEach(({ headers }, index) => {
      expect(headers.get('ratelimit')).toMatch(new RegExp(`^"default";r=${LIMIT - 1 - index};t=(60|5\\d)$`));
      expect(headers.get('ratelimit-policy')).toBe(`"default";q=${LIMIT};w=60`);
    });
  });

  it('ends all routes at once with a problem that says when to come back', async () => {
    const call = await newCaller();
    const paths = ['/v1/payments', '/v1/events', '/v1/webhook-endpoints', '/v1/payments/nothing'];
    const answers = await times(LIMIT + 10, (index) => call(paths[index % paths.length]!));
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(10);
    const refused = await call('/v1/payments', order());
    expect(refused.status).toBe(429);
    expect(refused.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(refused.body).toMatchObject({ code: 'rate_limited', status: 429, safe_to_retry: 'same_request' });
    const seconds = Number(refused.headers.get('retry-after'));
    expect(seconds).toBeGreaterThanOrEqual(1);
    expect(seconds).toBeLessThanOrEqual(60);
    expect(refused.headers.get('ratelimit')).toBe(`"default";r=0;t=${seconds}`);
    expect(refused.headers.get('ratelimit-policy')).toBe(`"default";q=${LIMIT};w=60`);
    expect(refused.headers.has('x-ratelimit-limit')).toBe(false);
  });

  it('is the same under /v2, where the key comes in the body and the answer is an envelope', async () => {
    const key = await gateway.createKey(`caller-${keys++}`, ['payments']);
    const old = (): Promise<Answer> =>
      request('POST', `${gateway.url}/v2/payment/check`, { apikey: key, site_id: 100001, transaction_id: 'none' });
    const fresh = (): Promise<Answer> =>
      request('GET', `${gateway.url}/v1/payments`, undefined, { authorization: `Bearer ${key}` });
    await times(LIMIT / 2, fresh);
    await times(LIMIT / 2, old);
    const refused = await old();
    expect(refused.status).toBe(429);
    expect(refused.body).toMatchObject({ code: '429', api_response_id: expect.any(String) });
    expect(refused.headers.has('retry-after')).toBe(true);
    expect(refused.headers.get('ratelimit-policy')).toBe(`"default";q=${LIMIT};w=60`);
    expect((await fresh()).status).toBe(429);
  });

  it('counts what the key may not do', async () => {
    const call = await newCaller('drop_in');
    const answers = await times(LIMIT + 5, () => call('/v1/payments'));
    expect(answers.filter(({ status }) => status === 403)).toHaveLength(LIMIT);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(5);
  });

  it('leaves other callers alone', async () => {
    const [busy, calm] = [await newCaller(), await newCaller()];
    await times(LIMIT, () => busy('/v1/payments'));
    expect((await busy('/v1/payments')).status).toBe(429);
    expect((await calm('/v1/payments')).headers.get('ratelimit')).toContain(`r=${LIMIT - 1};`);
  });

  it('begins anew when the window is over, as Retry-After said', async () => {
    const env = { THROTTLE_LIMIT: '3', THROTTLE_WINDOW_SECONDS: '3' };
    const brief = await startTestGateway({ env, database: gateway.database, simulator: gateway.simulator });
    try {
      const call = (): Promise<Answer> => brief.call('GET', '/v1/payments');
      await times(3, call);
      const refused = await call();
      expect(refused.status).toBe(429);
      const from = performance.now();
      const allowed = await eventually(async () => {
        const answer = await call();
        return answer.status === 200 && answer;
      }, 10_000);
      expect(performance.now() - from).toBeLessThanOrEqual(Number(refused.headers.get('retry-after')) * 1000 + 1_000);
      expect(allowed.headers.get('ratelimit')).toBe('"default";r=2;t=3');
    } finally {
      await brief.close();
    }
  });
});

describe('no limit', () => {
  it("holds back notifications, probes and numbers, nor tells them anybody's limit", async () => {
    for (const path of ['/cinetpay/notify', '/health/live', '/health/ready', '/metrics']) {
      const answers = await times(LIMIT * 3, () => request('GET', gateway.url + path));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      expect(answers[0]!.headers.has('ratelimit')).toBe(false);
    }
    const posted = await times(LIMIT * 3, () => request('POST', `${gateway.url}/cinetpay/notify`, 'cpm_trans_id=1'));
    expect(new Set(posted.map(({ status }) => status))).toEqual(new Set([200]));
  });
});
