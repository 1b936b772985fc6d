// Proves what a caller is answered for everything CinetPay can say to an initiation, and that the row, the door, the events and a repetition of the
// request say the same.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../src/common/ids';
import { eventually, request, startTestGateway, type Answer, type TestGateway } from '../support/gateway';
import { created, says, startStandIn, type Reply, type StandIn } from '../support/stand-in';
import { stageOf, type Stage } from '../support/stage';

const CURRENCY = `You cannot create a transaction in a different currency than the one allowed to your account. Transaction currency:'XOF' Account currency:'XAF'`;
const PAGE = '<!doctype html><title>Access denied</title>';

let standIn: StandIn;
let gateway: TestGateway;
let stage: Stage;
beforeAll(async () => {
  standIn = await startStandIn();
  gateway = await startTestGateway({
    env: { CINETPAY_BASE_URL: standIn.url, CINETPAY_TIMEOUT_MS: '500', INITIATION_RETRY_SECONDS: '1' },
  });
  stage = stageOf(gateway);
});
afterAll(async () => {
  await gateway.close();
  await standIn.close();
});

/** An order whose initiations are answered so, and what its caller is answered. */
async function placeAnswered(...replies: Reply[]): Promise<Answer & { id: string; again: () => Promise<Answer> }> {
  const id = newId();
  standIn.says(id, 'payment', ...replies);
  const order = { transaction_id: id, order_reference: `order of ${id}` };
  return { id, ...(await stage.place(order)), again: () => stage.place(order) };
}

const heardOf = (id: string, operation = 'payment') =>
  standIn.heard.filter((heard) => heard.operation === operation && heard.body.transaction_id === id);
/** A success between refusals: they do not add up to a pause of the site. */
const succeed = async () => expect((await stage.place()).status).toBe(201);

describe('CinetPay creates it', () => {
  it('answers 201 with the payment, its link and where to find it', async () => {
    const { id, status, headers, body, again } = await placeAnswered({ body: created('x') });
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/v1/payments/${id}`);
    expect([headers.get('retry-after'), headers.get('idempotent-replayed')]).toEqual([null, null]);
    expect(headers.get('request-id')).toMatch(/\S/);
    const link = 'https://checkout.cinetpay.com/payment/token-x';
    expect(body).toMatchObject({ transaction_id: id, status: 'pending', status_reason: null, payment_url: link });
    expect(body).toMatchObject({ payment_token: 'token-x', order_reference: `order of ${id}`, needs_review: false });
    expect(body.checkout_url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/checkout\/[\w-]{20,}$/);
    const due = Date.parse(body.next_check_at) - Date.parse(body.created_at);
    expect([due >= 60_000, due < 62_000]).toEqual([true, true]);
    expect(Object.keys(body).sort()).toEqual([
      ...['accepted_at', 'amount', 'card_available', 'channels', 'checkout_url', 'closed', 'created_at', 'currency'],
      ...['description', 'fund_availability_date', 'integration', 'lang', 'metadata', 'needs_review', 'next_check_at'],
      ...['operator_id', 'order_reference', 'payment_method', 'payment_token', 'payment_url', 'site_id', 'status'],
      ...['status_reason', 'transaction_id', 'updated_at'],
    ]);
    expect((await gateway.call('GET', `/v1/payments/${id}`)).body).toEqual(body);
    const { status: second, headers: replayed, body: same } = await again();
    expect([second, replayed.get('idempotent-replayed'), same]).toEqual([200, 'true', body]);
    expect(heardOf(id)).toHaveLength(1);
  });
});

describe('CinetPay refuses', () => {
  const words = { message: 'WORDS', description: 'more words', api_response_id: '1632143554.8513' };
  const content = ['608', '624', '635', '636', '641', '642'];
  it.each<[string, Reply, number, string, string]>([
    ...content.map((code): [string, Reply, number, string, string] => {
      return [code, { body: says(code) }, 422, 'cinetpay_rejected', 'new_request'];
    }),
    ['608', { status: 400, body: says(608) }, 422, 'cinetpay_rejected', 'new_request'],
    ['609', { body: says('609') }, 502, 'cinetpay_misconfigured', 'new_request'],
    ['613', { status: 403, body: says(613) }, 502, 'cinetpay_misconfigured', 'new_request'],
    ['608', { body: says('608', 'WORDS', CURRENCY) }, 422, 'cinetpay_misconfigured', 'never'],
  ])('with %s: %j', async (code, reply, expected, problem, retry) => {
    const { id, status, headers, body, again } = await placeAnswered(reply);
    expect([status, headers.get('content-type'), headers.get('location')]).toEqual([
      expected,
      expect.stringContaining('application/problem+json'),
      `/v1/payments/${id}`,
    ]);
    const description = (reply.body as { description: string }).description;
    expect(body).toMatchObject({ code: problem, status: expected, transaction_id: id, safe_to_retry: retry });
    expect(body.cinetpay).toEqual({ code, ...words, description });
    expect(await stage.read(id)).toMatchObject({
      status: 'rejected',
      status_reason: `${code} WORDS`,
      payment_url: null,
    });
    expect(await stage.events(id)).toEqual(['payment.rejected']);
    const { instance, request_id, ...said } = body;
    const repeated = await again();
    expect([repeated.status, repeated.body]).toEqual([expected, expect.objectContaining(said)]);
    expect([repeated.body.instance, repeated.body.request_id]).not.toEqual([instance, request_id]);
    expect([heardOf(id).length, heardOf(id, 'check').length]).toEqual([1, 0]);
    const anew = await stage.place({ order_reference: `order of ${id}` });
    expect([anew.status, anew.body.order_reference]).toEqual([201, `order of ${id}`]);
  });
});

describe.concurrent('CinetPay says nothing clear', () => {
  it.each<[string, Reply]>([
    ['500 as JSON', { status: 500, body: says('500') }],
    ['503 as a page', { status: 503, type: 'text/html', body: PAGE }],
    ['403 as a page', { status: 403, type: 'text/html', body: PAGE }],
    ['200 as a page', { type: 'text/html', body: PAGE }],
    ['nothing', { body: '' }],
    ['half an envelope', { body: '{"code":"201","data":{"payment_u' }],
    ['created without a link', { body: says('201') }],
    ['created under another HTTP status', { status: 202, body: created('x') }],
    ['a code in no list', { body: says('620', 'ERROR_DOUBLE_PAYMENT') }],
    ['another code in no list', { body: says('00') }],
    ['a cut connection', { cut: true }],
    ['an answer that comes too late', { body: created('x'), delayMs: 1_500 }],
  ])('(%s): answers 202, keeps the order, and goes on with it', async (_, reply) => {
    const { id, status, headers, body, again } = await placeAnswered(reply, { body: created('later') });
    expect([status, headers.get('location')]).toEqual([202, `/v1/payments/${id}`]);
    expect(headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
    expect(body).toMatchObject({ transaction_id: id, status: 'created', status_reason: null, payment_url: null });
    const page = await request('GET', body.checkout_url);
    expect([page.status, page.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/html')]);
    const repeated = await again();
    expect([200, 202]).toContain(repeated.status);
    expect(repeated.headers.get('idempotent-replayed')).toBe('true');
    await eventually(async () =>
      expect(await stage.read(id)).toMatchObject({ status: 'pending', payment_token: 'token-later' }),
    );
    const [first, ...more] = heardOf(id).map((heard) => heard.raw);
    expect(more).toEqual([first]);
    expect((await again()).status).toBe(200);
  });
});

describe('CinetPay does not take it', () => {
  it('(nobody listens): answers 202 at once, and the same request answers 202 until there is a link', async () => {
    await standIn.leave();
    const { id, status, again } = await placeAnswered();
    const repeated = await again();
    await standIn.comeBack();
    expect([status, repeated.status, repeated.headers.get('idempotent-replayed')]).toEqual([202, 202, 'true']);
    expect(repeated.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
    await eventually(async () => expect((await stage.read(id)).status).toBe('pending'));
    await succeed();
  });

  it.each<[string, Reply]>([
    ['by status', { status: 429, headers: { 'retry-after': '1' }, body: says('429', 'TOO_MANY_REQUEST') }],
    ['by a page', { status: 429, type: 'text/html', headers: { 'retry-after': '1' }, body: PAGE }],
    ['by code', { body: says('429', 'TOO_MANY_REQUEST'), headers: { 'retry-after': '1' } }],
  ])('(429 %s): answers 202, asks nothing while CinetPay wants peace, and then all that waited', async (_, reply) => {
    const throttled = await placeAnswered(reply, { body: created('later') });
    const during = await placeAnswered();
    expect([throttled.status, during.status, during.body.status]).toEqual([202, 202, 'created']);
    expect(heardOf(during.id)).toHaveLength(0);
    for (const { id } of [throttled, during]) {
      await eventually(async () => expect((await stage.read(id)).status).toBe('pending'), 4_000);
    }
    expect(heardOf(throttled.id)).toHaveLength(2);
    await eventually(succeed);
  });
});

describe('a seamless order', () => {
  it('answers 201 without a link, and CinetPay does not hear of it from us', async () => {
    const { status, body } = await stage.place({ integration: 'seamless', return_url: undefined });
    expect([status, body.status, body.payment_url, body.integration]).toEqual([201, 'created', null, 'seamless']);
    expect(body.next_check_at).toEqual(expect.any(String));
    expect(heardOf(body.transaction_id)).toHaveLength(0);
    const again = await stage.place({
      transaction_id: body.transaction_id,
      integration: 'seamless',
      return_url: undefined,
    });
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([200, 'true']);
  });
});
