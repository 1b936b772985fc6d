// Proves that /openapi.json is the committed document, that Swagger UI is served without a key, and that its examples succeed.
import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DROP_IN_ORDERS, DROP_IN_QUESTIONS } from '../src/compat/drop-in.examples';
import { ORDER_EXAMPLES } from '../src/payments/order.examples';
import { CHANGE_EXAMPLES, CREATE_EXAMPLES, REPLAY_EXAMPLES } from '../src/webhooks/endpoint.examples';
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

it('shows Swagger UI to a browser', async () => {
  const { status, text } = await request('GET', `${gateway.url}/docs`);
  expect([status, text.includes('swagger-ui')]).toEqual([200, true]);
});

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
  expect(refused).toEqual(['/v2/payment', '/v2/payment/check']);
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
