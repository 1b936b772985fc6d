// Proves that /openapi.json is the committed document, that Swagger UI is served without a key, and that its examples succeed.
import { readFileSync } from 'node:fs';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DROP_IN_ORDERS, DROP_IN_QUESTIONS } from '../src/compat/drop-in.examples';
import { ORDER_EXAMPLES } from '../src/payments/order.examples';
import { CHANGE_EXAMPLES, CREATE_EXAMPLES, REPLAY_EXAMPLES } from '../src/webhooks/endpoint.examples';
import { hasBrowser, openTab, startBrowser } from './support/browser';
import { request, startTestGateway, type TestGateway } from './support/gateway';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startTestGateway();
});

afterAll(() => gateway.close());

it('serves exactly the committed document (npm run openapi writes it)', async () => {
  const { body } = await request('GET', `${gateway.url}/openapi.json`);
  expect(body).toEqual(JSON.parse(readFileSync('docs/openapi.json', 'utf8')));
});

it('describes every operation, its answers and its parameters', async () => {
  const { body } = await request('GET', `${gateway.url}/openapi.json`);
  const operations = Object.entries<Record<string, { summary?: string }>>(body.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { summary }]) => ({ name: `${method} ${path}`, summary })),
  );
  expect(operations.filter(({ summary }) => !summary)).toEqual([]);
});

it('asks for keys only in ways that it describes, and gives every parameter and field a type', async () => {
  const { body } = await request('GET', `${gateway.url}/openapi.json`);
  const operations = Object.values<Record<string, any>>(body.paths).flatMap((methods) => Object.values(methods));
  const asked = operations.flatMap(({ security = [] }) => security.flatMap((one: object) => Object.keys(one)));
  expect([...new Set(asked)]).toEqual(Object.keys(body.components.securitySchemes));
  const nameless = Object.entries<any>(body.components.schemas).filter(
    ([, { properties, enum: words }]) => !properties && !words,
  );
  expect(nameless.map(([name]) => name)).toEqual([]);
});

it('shows Swagger UI to a browser, also to one that asks for the bare address', async () => {
  for (const path of ['/docs', '/', '/docs/', '/docs/index.html']) {
    const answer = await fetch(gateway.url + path);
    const page = await answer.text();
    expect([answer.status, page.includes('swagger-ui')]).toEqual([200, true]);
    expect(page).toContain('<meta name="viewport" content="width=device-width, initial-scale=1">');
  }
});

it('lists payments first and the rest in the order in which an integrator needs it', async () => {
  const { body } = await request('GET', `${gateway.url}/openapi.json`);
  const operations = Object.values<Record<string, { tags: string[] }>>(body.paths).flatMap((one) => Object.values(one));
  const order = ['payments', 'checkout', 'events', 'webhooks', 'drop-in', 'sites'];
  expect(body.tags.map(({ name }: { name: string }) => name)).toEqual(order);
  expect([...new Set(operations.flatMap(({ tags }) => tags))]).toEqual(order);
  expect(Object.keys(body.paths)[0]).toBe('/v1/payments');
});

/** A proxy that takes `/pay` away, as in front of several services under one name. */
async function startPrefixProxy(): Promise<{ url: string; seen: string[]; close(): Promise<void> }> {
  const seen: string[] = [];
  const server = createServer((asked, answer) => {
    seen.push(`${asked.method} ${asked.url}`);
    if (!asked.url!.startsWith('/pay/')) return void answer.writeHead(502).end();
    const { hostname, port } = new URL(gateway.url);
    const passed = {
      hostname,
      port,
      path: asked.url!.slice('/pay'.length),
      method: asked.method,
      headers: asked.headers,
    };
    const onward = httpRequest(passed, (come) => {
      answer.writeHead(come.statusCode!, come.headers);
      come.pipe(answer);
    });
    asked.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/pay`, seen, close };
}

it.runIf(hasBrowser)(
  'starts a payment from Swagger UI behind a path prefix, once its reader has authorized, with its example as it stands, and keeps no key',
  async () => {
    const proxy = await startPrefixProxy();
    const browser = await startBrowser();
    const { page } = await openTab(browser);
    await page.goto(`${proxy.url}/`);
    expect(page.url()).toBe(`${proxy.url}/docs`);
    await page.getByRole('button', { name: 'Authorize' }).first().click();
    await page.locator('.modal-ux input[type=text]').fill(gateway.apiKey);
    await page.locator('.modal-ux button.authorize').click();
    await page.locator('.modal-ux button.btn-done').click();
    const operation = page.locator('#operations-payments-PaymentsController_create');
    await operation.locator('.opblock-summary').click();
    await operation.getByRole('button', { name: 'Try it out' }).click();
    await operation.getByRole('button', { name: 'Execute' }).click();
    await operation.locator('.live-responses-table .response-col_status', { hasText: '201' }).waitFor();
    expect(proxy.seen.filter((line) => line.startsWith('POST'))).toEqual(['POST /pay/v1/payments']);
    expect(proxy.seen.filter((line) => !line.includes(' /pay/'))).toEqual([]);
    for (const when of ['authorized', 'loaded again']) {
      const kept = await page.evaluate(async () => {
        const { localStorage, sessionStorage, document, indexedDB } = globalThis as any;
        return [localStorage.length, sessionStorage.length, document.cookie, (await indexedDB.databases()).length];
      });
      expect([when, kept]).toEqual([when, [0, 0, '', 0]]);
      await page.reload();
    }
    await page.locator('.auth-wrapper .authorize.unlocked').waitFor();
    await browser.close();
    await proxy.close();
  },
);

it.each(Object.entries(ORDER_EXAMPLES))('takes the example "%s" as it stands', async (_, { value }) => {
  expect((await gateway.call('POST', '/v1/payments', value)).status).toBe(201);
});

it('offers no try of the drop-in API, whose key stands in the body; its examples need nothing but that key', async () => {
  const { text } = await request('GET', `${gateway.url}/docs/swagger-ui-init.js`);
  let offers: (state: unknown, path: string) => boolean = () => true;
  // The page's own script, with a Swagger UI that only says what it was told.
  const ui = Object.assign(
    ({ plugins }: any) => {
      offers = plugins[0].statePlugins.spec.wrapSelectors.allowTryItOutFor();
      return {};
    },
    { presets: {}, plugins: {} },
  );
  const page: { location: object; onload?: () => void } = { location: { search: '', origin: gateway.url } };
  runInNewContext(text, { window: page, SwaggerUIBundle: ui, SwaggerUIStandalonePreset: {} });
  page.onload!();
  const { body: document } = await request('GET', `${gateway.url}/openapi.json`);
  const refused = Object.keys(document.paths).filter((path) => !offers({}, path));
  expect(refused).toEqual(['/v2/payment', '/v2/payment/check', '/v2/seamless/device']);
  const send = (path: string, { value }: { value: object }): ReturnType<typeof request> =>
    request('POST', gateway.url + path, { ...value, apikey: gateway.apiKey });
  expect((await send('/v2/payment', DROP_IN_ORDERS.smallest)).body.code).toBe('201');
  expect((await send('/v2/payment/check', DROP_IN_QUESTIONS.by_id)).body.code).toBe('662');
});

it('takes the examples of webhooks as they stand', async () => {
  const send = async (method: string, path: string, examples: Record<string, { value: object }>) => {
    const answers = Object.values(examples).map(({ value }) => gateway.call(method, path, value));
    return (await Promise.all(answers)).map(({ status, body }) => ({ status, id: body.id }));
  };
  const [first, second] = await send('POST', '/v1/webhook-endpoints', CREATE_EXAMPLES);
  expect([first!.status, second!.status]).toEqual([201, 201]);
  const path = `/v1/webhook-endpoints/${first!.id}`;
  for (const { status } of await send('PATCH', path, CHANGE_EXAMPLES)) expect(status).toBe(200);
  for (const { status } of await send('POST', `${path}/replay`, REPLAY_EXAMPLES)) expect(status).toBe(202);
});
