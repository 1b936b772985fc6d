// Proves which spellings of an address find their route, that no spelling is a fault of ours, and that what we hand out keeps PUBLIC_URL's path.
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routedUrl } from '../src/app.paths';
import { order, request, startTestGateway, type TestGateway } from './support/gateway';

let gateway: TestGateway;
const errors: Record<string, any>[] = [];

beforeAll(async () => {
  const log = (line: Record<string, any>): void => void (line.level >= 50 && errors.push(line));
  gateway = await startTestGateway({ env: { PUBLIC_URL: 'http://127.0.0.1:1/pay/here/' }, log });
});
afterAll(() => gateway.close());

/** Clients mend an address before they send it; this one does not. */
function raw(method: string, path: string): Promise<string> {
  const { port } = new URL(gateway.url);
  return new Promise((resolve, reject) => {
    const head = `${method} ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ${gateway.apiKey}\r\n\r\n`;
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(head));
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString('latin1')));
    socket.on('close', () => resolve(answer)).on('error', reject);
  });
}

describe('an address', () => {
  it.each([
    ['POST', '//v2/payment', '/v2/payment'],
    ['POST', '/v2//payment/', '/v2/payment'],
    ['POST', '/v2/payment//check//?a=//', '/v2/payment/check?a=//'],
    ['POST', '/v1/payments/', '/v1/payments'],
    ['GET', '//v1/payments?limit=1', '/v1/payments?limit=1'],
    ['GET', '/v1/payments/A/', '/v1/payments/A'],
    ['GET', '/cinetpay/notify/', '/cinetpay/notify'],
    ['GET', 'http://gateway.example//v1/payments', '/v1/payments'],
    ['GET', '//', '/'],
    ['GET', '/', '/'],
    ['OPTIONS', '*', '*'],
    // An empty id is no list, and no other thing's id.
    ['GET', '/v1/payments/', '/v1/payments/'],
    ['POST', '/v1/payments//close', '/v1/payments//close'],
    ['DELETE', '/v1/webhook-endpoints/', '/v1/webhook-endpoints/'],
    ['GET', '/docs/', '/docs/'],
  ])('%s %s is looked up as %s', (method, url, looked) => {
    expect(routedUrl({ method, url })).toBe(looked);
  });

  it('is found with slashes too many, with the answer in the words of its API', async () => {
    const created = await request('POST', `${gateway.url}//v1/payments/`, order(), {
      authorization: `Bearer ${gateway.apiKey}`,
    });
    expect(created.status).toBe(201);
    for (const path of ['//v2/payment', '/v2/payment/', '/v2//payment//check']) {
      const { status, body } = await request('POST', gateway.url + path, {});
      expect([path, status, body.code]).toEqual([path, 400, '608']);
    }
    expect((await request('OPTIONS', `${gateway.url}//v2/payment/`)).status).toBe(204);
    expect((await request('GET', `${gateway.url}/cinetpay/notify/`)).status).toBe(200);
    expect((await gateway.call('GET', '/v1/payments/')).status).toBe(404);
  });

  const UP = [
    '..',
    '%2e%2e',
    '%252e%252e',
    '..\\..',
    '%5c..',
    '..%5c..%5c',
    '..%2f..',
    '../../etc/passwd',
    '../docs',
    'a/../..',
    '%00',
    '%',
    '.',
  ];
  it.each(UP)('/docs/%s is 404, and none of its kind an error', async (path) => {
    for (const method of ['GET', 'HEAD', 'POST', 'OPTIONS']) {
      const answer = await raw(method, `/docs/${path}`);
      expect([method, answer.split('\r\n', 1)[0]]).toEqual([method, 'HTTP/1.1 404 Not Found']);
      expect(answer).toMatch(/\r\ncache-control: no-store\r\n/i);
    }
    expect(errors).toEqual([]);
  });
});

describe("PUBLIC_URL's path", () => {
  it('is kept in Location and in links', async () => {
    const { body, headers } = await gateway.call('POST', '/v1/payments', order({ order_reference: '1234' }));
    expect(headers.get('location')).toBe(`/pay/here/v1/payments/${body.transaction_id}`);
    expect(body.checkout_url).toMatch(/^http:\/\/127\.0\.0\.1:1\/pay\/here\/checkout\/\w+$/);
    const open = await gateway.call('POST', '/v1/payments', order({ order_reference: '1234' }));
    expect([open.status, open.headers.get('location')]).toEqual([409, headers.get('location')]);
    const endpoint = await gateway.call('POST', '/v1/webhook-endpoints', { url: 'https://shop.example/hook' });
    expect(endpoint.headers.get('location')).toBe(`/pay/here/v1/webhook-endpoints/${endpoint.body.id}`);
  });

  it('stays where a browser is sent on', async () => {
    const { headers } = await request('GET', `${gateway.url}/`);
    expect(headers.get('location')).toBe('./docs');
  });
});
