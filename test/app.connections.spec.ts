// Proves that of a connection one request is worked on at a time, in order and in bounded memory, and that connections are bounded and end.
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Connections, connectionsOf, type ConnectionLimits } from '../src/app.connections';
import { pause } from '../src/common/clock';
import { AddressLimits, VISITOR_QUOTA } from '../src/throttling/address.limits';
import { eventually, order, request, startTestGateway, type TestGateway } from './support/gateway';
import { RawClient } from './support/raw';

const get = (id: string | number, path = '/health/live', more = ''): string =>
  `GET ${path} HTTP/1.1\r\nHost: x\r\nRequest-Id: r${id}\r\n${more}\r\n`;
const post = (id: string | number, key: string, body: string): string =>
  `POST /v1/payments HTTP/1.1\r\nHost: x\r\nRequest-Id: r${id}\r\nAuthorization: Bearer ${key}\r\n` +
  `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
const chunked = (id: string | number, key: string, body: string): string =>
  `POST /v1/payments HTTP/1.1\r\nHost: x\r\nRequest-Id: r${id}\r\nAuthorization: Bearer ${key}\r\n` +
  `Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `r${index}`);

describe('one connection of a gateway', () => {
  let gateway: TestGateway;
  let underWay = 0;
  let most = 0;
  let letGo = (): void => undefined;
  const gate = new Promise<void>((resolve) => (letGo = resolve));

  beforeAll(async () => {
    gateway = await startTestGateway({
      prepare: (app) => {
        const fastify = app.getHttpAdapter().getInstance();
        fastify.addHook('onRequest', async ({ headers }) => {
          if (headers['x-counted']) most = Math.max(most, ++underWay);
          if (headers['x-held']) await gate;
        });
        fastify.addHook('onResponse', async ({ headers }) => void (headers['x-counted'] && underWay--));
      },
    });
  });
  afterAll(() => gateway.close());

  it('has one request worked on at a time, and 200 of them answered in their order', async () => {
    const client = await RawClient.open(gateway.url);
    client.send(
      names(200)
        .map((_, n) => get(n, '/health/live', 'X-Counted: 1\r\n'))
        .join(''),
    );
    await eventually(() => client.header('request-id').length === 200);
    expect(client.header('request-id')).toEqual(names(200));
    expect(most).toBe(1);
    client.socket.destroy();
  });

  it('has no more than a few requests parsed while the first is worked on, whatever it has sent', async () => {
    let parsed = 0;
    const count = (): void => void parsed++;
    const server = gateway.app.getHttpServer();
    server.on('request', count);
    const client = await RawClient.open(gateway.url);
    const smallest = 'GET /health/live HTTP/1.1\r\nHost:\r\n\r\n';
    client.send(get('first', '/health/live', 'X-Held: 1\r\n') + smallest.repeat(1_500));
    await eventually(() => parsed > 0);
    // What follows would be parsed in the same turn; a whole other request passes meanwhile.
    await request('GET', `${gateway.url}/health/live`);
    expect(parsed - 1).toBeLessThanOrEqual(3);
    letGo();
    await eventually(() => client.header('request-id').length === 1_501, 30_000);
    server.off('request', count);
    client.socket.destroy();
  });

  it.each([1, 7, 61, 64, 500, 100_000])(
    'understands bodies and requests behind each other in pieces of %i bytes',
    async (size) => {
      const body = JSON.stringify(order({ metadata: '\r\n\r\nGET / HTTP/1.1\r\n\r\n'.repeat(9) }));
      const all = [
        ...[get(0), post(1, gateway.apiKey, body), get(2), chunked(3, gateway.apiKey, body), get(4), '\r\n\r\n'],
        // What has no valid key ends its connection.
        ...[post(5, gateway.apiKey, '{"amount":-1}'), get(6), post(7, 'cpk_none', body), get(8)],
      ].join('');
      const client = await RawClient.open(gateway.url);
      client.socket.setNoDelay(true);
      for (let at = 0; at < all.length; at += size) client.send(all.slice(at, at + size));
      await client.ended;
      expect(client.header('request-id')).toEqual(names(8));
      expect(client.statuses()).toEqual([200, 201, 200, 201, 200, 400, 200, 401]);
      client.socket.destroy();
    },
  );

  it('answers all that was asked to a client that closes its side at once, and what is rubbish behind it last', async () => {
    const polite = await RawClient.open(gateway.url);
    polite.socket.end(get(0) + post(1, gateway.apiKey, JSON.stringify(order())) + get(2));
    await polite.ended;
    expect(polite.header('request-id')).toEqual(names(3));

    const rude = await RawClient.open(gateway.url);
    rude.send(chunked(0, gateway.apiKey, JSON.stringify(order())) + 'rubbish\r\n\r\n' + get(2));
    await rude.ended;
    expect(rude.statuses()).toEqual([201, 400]);
  });

  it('says of its last answer that it ends, once the gateway drains, and serves one more request until then', async () => {
    const other = await startTestGateway({ database: gateway.database, simulator: gateway.simulator });
    const idle = await RawClient.open(other.url);
    idle.send(get(0));
    await eventually(() => idle.header('connection').length === 1);
    const connections = connectionsOf(other.app.getHttpServer());
    const ending = connections.endIdle(30_000);
    await eventually(async () => {
      const late = await RawClient.open(other.url).catch(() => undefined);
      late?.socket.destroy();
      return late === undefined;
    });
    idle.send(get(1));
    await idle.ended;
    expect(idle.header('connection')).toEqual(['keep-alive', 'close']);
    // Nothing is idle any more: it does not wait for its time to be over.
    await ending;
    await other.close();
  });

  it('limits visitors of one address, and neither probes, nor pings, nor notifications, nor customers', async () => {
    const { visitors } = gateway.app.get(AddressLimits);
    for (let n = 0; n < VISITOR_QUOTA.limit; n++) visitors.count('127.0.0.1');
    const { body } = await gateway.call('POST', '/v1/payments', order());
    const page = new URL(body.checkout_url).pathname;
    const statuses = async (...asked: [string, string][]): Promise<unknown[]> =>
      Promise.all(
        asked.map(async ([method, path]) => {
          const { status } = await request(
            method,
            gateway.url + path,
            method === 'POST' ? 'cpm_site_id=1' : undefined,
            {
              ...(method === 'POST' && { 'content-type': 'application/x-www-form-urlencoded' }),
            },
          );
          return `${method} ${path.replace(page, '')} ${status}`;
        }),
      );
    expect(
      await statuses(['GET', '/'], ['GET', '/docs'], ['GET', '/docs-json'], ['GET', '/metrics'], ['GET', '/nowhere']),
    ).toEqual(['GET / 429', 'GET /docs 429', 'GET /docs-json 429', 'GET /metrics 429', 'GET /nowhere 429']);
    expect(
      await statuses(
        ...([
          ['GET', '/health/live'],
          ['GET', '/health/ready'],
          ['GET', '/cinetpay/notify'],
        ] as [string, string][]),
        ...([
          ['HEAD', '/cinetpay/notify'],
          ['POST', '/cinetpay/notify'],
          ['GET', `${page}/return`],
        ] as [string, string][]),
        ...([
          ['HEAD', `${page}/return`],
          ['GET', `${page}/status`],
        ] as [string, string][]),
      ),
    ).not.toEqual(expect.arrayContaining([expect.stringContaining('429')]));
  });
});

describe('the connections of a server', () => {
  let server: Server | undefined;
  const refused: string[] = [];
  afterEach(() => (server?.closeAllConnections(), server?.close(), (server = undefined), refused.splice(0)));

  async function serve(
    limits: Partial<ConnectionLimits>,
    handle = (_request: IncomingMessage, answer: ServerResponse): unknown => answer.end('well'),
  ): Promise<string> {
    const connections = new Connections({ perAddress: 100, inAll: 100, stallMs: 60_000, idleMs: 60_000, ...limits });
    connections.onRefused = (why) => refused.push(why);
    server = connections.createServer((...both) => void handle(...both), {});
    await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  }

  it('end when their answer is not read, and not because it takes long', async () => {
    const url = await serve({ stallMs: 400 }, async ({ url: path }, answer) => {
      if (path === '/slow') await pause(1_200);
      answer.end(path === '/slow' ? 'late' : Buffer.alloc(64_000_000));
    });
    const deaf = await RawClient.open(url);
    const slow = await RawClient.open(url);
    deaf.socket.pause();
    deaf.send(get(0, '/much'));
    slow.send(get(0, '/slow'));
    await eventually(() => slow.text.endsWith('late'));
    await eventually(
      async () => (await new Promise<number>((resolve) => server!.getConnections((_, n) => resolve(n)))) <= 1,
    );
  });

  it('are so many of one address: one more ends at once', async () => {
    const url = await serve({ perAddress: 3 });
    const three = await Promise.all([1, 2, 3].map(() => RawClient.open(url)));
    const fourth = await RawClient.open(url);
    expect(await fourth.ended).toBe('');
    expect(refused).toEqual(['address']);
    three[0]!.socket.destroy();
    await eventually(async () => {
      const next = await RawClient.open(url);
      next.send(get(0));
      return Promise.race([next.ended.then(() => false), eventually(() => next.text.includes('well'))]);
    });
  });

  it('are so many in all: one more takes the place of the longest idle, and ends where none is', async () => {
    const url = await serve({ inAll: 3 }, ({ url: path }, answer) => path !== '/held' && answer.end('well'));
    const [first, ...others] = [await RawClient.open(url), await RawClient.open(url), await RawClient.open(url)];
    for (const one of others) one.send(get(0, '/held'));
    await eventually(() => server!.listening);
    await pause(50);
    const fourth = await RawClient.open(url);
    fourth.send(get(0, '/held'));
    expect(await first.ended).toBe('');
    await pause(50);
    expect(await (await RawClient.open(url)).ended).toBe('');
    expect(refused).toEqual(['all']);
  });
});
