// Proves for every route what each kind of key may do there, and with another caller's rows; a route without a decision fails. No answer may be kept.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeEvent } from '../support/events';
import { order, request, startTestGateway, type Answer, type TestGateway } from '../support/gateway';
import { filled, routesOf, type Route } from '../support/routes';

/** Who may come in: anybody, or a key with one of these scopes. */
type Entrance = 'public' | 'payments' | 'drop_in' | 'admin';
/**
 * What of others a caller that is let in gets to see. `own`: 404 for another's row, but for an admin. `list`: others' rows are left out, but for an admin.
 * `mine`: also an admin has only its own. `none`: it names no caller's row.
 */
type Rows = 'own' | 'list' | 'mine' | 'none';

const DECISIONS: Record<string, [Entrance, Rows]> = {
  'GET /': ['public', 'none'],
  'GET /docs': ['public', 'none'],
  'GET /docs/': ['public', 'none'],
  'GET /docs/swagger-ui-init.js': ['public', 'none'],
  'GET /docs/docs/swagger-ui-init.js': ['public', 'none'],
  'GET /docs/index.html': ['public', 'none'],
  'GET /docs/LICENSE': ['public', 'none'],
  'GET /docs/*': ['public', 'none'],
  'GET /openapi.json': ['public', 'none'],
  'GET /health/live': ['public', 'none'],
  'GET /health/ready': ['public', 'none'],
  'GET /metrics': ['public', 'none'],
  'GET /cinetpay/notify': ['public', 'none'],
  'POST /cinetpay/notify': ['public', 'none'],
  // A token of the checkout is a right of its own: 160 random bits that only the order's caller and its customer have.
  'GET /checkout/:token': ['public', 'none'],
  'GET /checkout/:token/inline': ['public', 'none'],
  'GET /checkout/:token/seamless': ['public', 'none'],
  'GET /checkout/:token/status': ['public', 'none'],
  'GET /checkout/:token/view': ['public', 'none'],
  'GET /checkout/:token/result': ['public', 'none'],
  'GET /checkout/:token/return': ['public', 'none'],
  'POST /checkout/:token/return': ['public', 'none'],
  'POST /checkout/:token/seen': ['public', 'none'],
  'POST /v1/payments': ['payments', 'none'],
  'GET /v1/payments': ['payments', 'list'],
  'GET /v1/payments/:id': ['payments', 'own'],
  'GET /v1/payments/:id/history': ['payments', 'own'],
  'GET /v1/payments/:id/seamless': ['payments', 'own'],
  'POST /v1/payments/:id/verify': ['payments', 'own'],
  'POST /v1/payments/:id/close': ['payments', 'own'],
  'POST /v1/payments/:id/review': ['admin', 'own'],
  'GET /v1/events': ['payments', 'list'],
  'POST /v1/webhook-endpoints': ['payments', 'none'],
  'GET /v1/webhook-endpoints': ['payments', 'list'],
  'GET /v1/webhook-endpoints/:id': ['payments', 'own'],
  'PATCH /v1/webhook-endpoints/:id': ['payments', 'own'],
  'DELETE /v1/webhook-endpoints/:id': ['payments', 'own'],
  'POST /v1/webhook-endpoints/:id/rotate-secret': ['payments', 'own'],
  'POST /v1/webhook-endpoints/:id/test': ['payments', 'own'],
  'POST /v1/webhook-endpoints/:id/replay': ['payments', 'own'],
  'GET /v1/deliveries': ['payments', 'list'],
  'GET /v1/deliveries/:id': ['payments', 'own'],
  'POST /v1/deliveries/:id/retry': ['payments', 'own'],
  'GET /v1/sites': ['admin', 'none'],
  'POST /v1/sites/:site_id/pause': ['admin', 'none'],
  'POST /v1/sites/:site_id/resume': ['admin', 'none'],
  'POST /v2/payment': ['drop_in', 'none'],
  'POST /v2/payment/check': ['drop_in', 'mine'],
  // A page of CinetPay's script has no key; the device id that it had is what it knows.
  'POST /v2/seamless/device': ['public', 'none'],
};

/** What a route answers about a row of another caller. */
const FOREIGN: Record<Rows, number | undefined> = { own: 404, list: 200, mine: 400, none: undefined };
const UNTOUCHED = { isNamed: false, isTouched: false };

/** A key of each kind; `shop` owns the rows, `other` is its neighbour. */
const KEYS = {
  none: [],
  shop_drop_in: ['drop_in'],
  shop: ['payments'],
  other: ['payments'],
  admin: ['admin'],
} as const;
type Who = keyof typeof KEYS;
const LETS_IN: Record<Entrance, readonly Who[]> = {
  public: ['none', 'shop_drop_in', 'shop', 'other', 'admin'],
  drop_in: ['shop_drop_in', 'shop', 'other', 'admin'],
  payments: ['shop', 'other', 'admin'],
  admin: ['admin'],
};

let gateway: TestGateway;
let routes: Route[];
const keys = new Map<Who, string>();
/** Rows of `shop`. */
let rows: { payment: string; token: string; endpoint: string; delivery: string };

beforeAll(async () => {
  // Without workers rows stay as they are.
  gateway = await startTestGateway({ env: { ROLES: 'api' } });
  routes = await routesOf(gateway);
  for (const [who, scopes] of Object.entries(KEYS)) {
    const caller = who === 'shop_drop_in' ? 'shop' : who;
    if (scopes.length > 0) keys.set(who as Who, await gateway.createKey(caller, [...scopes]));
  }
  await makeRows();
});
afterAll(() => gateway.close());

async function makeRows(): Promise<void> {
  const payment = await gateway.call('POST', '/v1/payments', order({ integration: 'seamless' }));
  const endpoint = await gateway.call('POST', '/v1/webhook-endpoints', { url: 'https://shop.example/hook' });
  const delivery = await gateway.call('POST', `/v1/webhook-endpoints/${endpoint.body.id}/test`);
  const token = new URL(payment.body.checkout_url).pathname.split('/').at(-1)!;
  await writeEvent(gateway.db, { transactionId: payment.body.transaction_id });
  // The worker that gives events their positions does not run here.
  await gateway.db.query('UPDATE events SET position = sequence WHERE position IS NULL');
  rows = { payment: payment.body.transaction_id, token, endpoint: endpoint.body.id, delivery: delivery.body.id };
}

/** A body that its route takes. */
function bodyFor({ name, path }: Route, who: Who): unknown {
  const credentials = { apikey: keys.get(who), site_id: '1' };
  const bodies: Record<string, unknown> = {
    'POST /v1/payments': order(),
    'POST /v1/payments/:id/review': { resolution: 'keep_open', note: 'a test' },
    'POST /v1/webhook-endpoints': { url: 'https://shop.example/hook' },
    'PATCH /v1/webhook-endpoints/:id': { description: 'changed' },
    'POST /v1/webhook-endpoints/:id/replay': { since: '2020-01-01T00:00:00Z' },
    'POST /v2/payment': { ...credentials, ...order(), transaction_id: `ORDER-${who}` },
    'POST /v2/payment/check': { ...credentials, transaction_id: rows.payment },
  };
  return bodies[name] ?? (path.startsWith('/v2/') ? credentials : undefined);
}

async function ask(route: Route, who: Who): Promise<Answer> {
  const id = route.path.startsWith('/v1/payments') ? rows.payment : rows.endpoint;
  const values = { id: route.path.startsWith('/v1/deliveries') ? rows.delivery : id, token: rows.token };
  const path = filled(route.path, { ...values, site_id: gateway.config.sites[0]!.site_id }).replace(
    '*',
    'swagger-ui.css',
  );
  const key = keys.get(who);
  const headers: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` };
  return request(route.method, gateway.url + path, bodyFor(route, who), headers);
}

/** Everything that `shop` has, as it stands. */
async function everything(): Promise<string> {
  const tables = ['transactions', 'transaction_moves', 'webhook_endpoints', 'webhook_deliveries'];
  const seen = await Promise.all(
    tables.map(async (table) => {
      const { rows: all } = await gateway.db.query(`SELECT t::text FROM ${table} t ORDER BY 1`);
      return all.map((row: { t: string }) => row.t).join('\n');
    }),
  );
  return seen.join('\n');
}

function isRefused(route: Route, { status, body }: Answer): boolean {
  if (route.path.startsWith('/v2/'))
    return status === 400 && (body.code === '609' || body.description.startsWith('apikey'));
  return status === 401 || status === 403;
}

it('decides about every route, and about no other', () => {
  expect(routes.map(({ name }) => name).sort()).toEqual(Object.keys(DECISIONS).sort());
});

it('keeps each key out of every route that its scopes do not open, without any effect, and lets it into the others', async () => {
  for (const route of routes) {
    const [entrance] = DECISIONS[route.name]!;
    for (const who of Object.keys(KEYS) as Who[]) {
      const isIn = LETS_IN[entrance].includes(who);
      const before = isIn ? undefined : await everything();
      const answer = await ask(route, who);
      expect([route.name, who, isRefused(route, answer) ? 'refused' : 'in']).toEqual([
        route.name,
        who,
        isIn ? 'in' : 'refused',
      ]);
      expect([route.name, who, answer.status < 500 || route.name.endsWith('/test')]).toEqual([route.name, who, true]);
      if (!isIn) expect(answer.status).toBe(route.path.startsWith('/v2/') ? 400 : who === 'none' ? 401 : 403);
      if (before !== undefined)
        expect([route.name, who, (await everything()) === before]).toEqual([route.name, who, true]);
      if (route.method === 'DELETE' && isIn) await makeRows();
    }
  }
});

it("shows nothing of another caller's rows and changes none, for every route that names them", async () => {
  await makeRows();
  for (const route of routes.filter(({ name }) => DECISIONS[name]![1] !== 'none')) {
    const [entrance, kind] = DECISIONS[route.name]!;
    for (const who of LETS_IN[entrance].filter((one) => ['other', 'shop', 'admin'].includes(one))) {
      const isShown = who === 'shop' || (who === 'admin' && kind !== 'mine');
      const before = await everything();
      const answer = await ask(route, who);
      const isNamed = [rows.payment, rows.endpoint, rows.delivery].some((id) => answer.text.includes(id));
      const told = { isNamed, isTouched: (await everything()) !== before, status: answer.status };
      if (!isShown) expect([route.name, who, told]).toEqual([route.name, who, { ...UNTOUCHED, status: FOREIGN[kind] }]);
      else if (kind === 'list') expect([route.name, who, told]).toEqual([route.name, who, { ...told, isNamed: true }]);
      else expect([route.name, who, [400, 401, 403, 404].includes(told.status)]).toEqual([route.name, who, false]);
      if (route.method === 'DELETE' && isShown) await makeRows();
    }
  }
});

it("lets nothing of /v1, of /v2, of a page or of a fault be kept; Swagger UI's files may be", async () => {
  await makeRows();
  for (const route of routes)
    for (const who of ['none', 'shop'] as const) {
      const { headers, status } = await ask(route, who);
      const isFile = route.name === 'GET /docs/*' && status === 200;
      expect([route.name, who, headers.get('cache-control')]).toEqual([
        route.name,
        who,
        isFile ? 'public, max-age=0' : 'no-store',
      ]);
      if (route.method === 'DELETE') await makeRows();
    }
  for (const path of ['/nowhere', '/docs/nowhere', '/v1/payments/%zz', `/checkout/${'x'.repeat(5_000)}`, '/v2/nowhere'])
    expect([path, (await request('GET', gateway.url + path)).headers.get('cache-control')]).toEqual([path, 'no-store']);
});
