// Proves that no request, however large, deep, slow or malformed, gets anything but a clear 4xx, or slows others down.
import { connect as connectSocket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, order, request, startTestGateway, type TestGateway } from './support/gateway';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startTestGateway();
});

afterAll(() => gateway.close());

const json = { 'content-type': 'application/json' };

describe('a request is refused with a problem document when', () => {
  it.each([
    ['its body is too large', 413, 'payload_too_large', () => JSON.stringify({ metadata: 'x'.repeat(70_000) })],
    ['it is nested too deep', 400, 'malformed_json', () => '['.repeat(1_000) + ']'.repeat(1_000)],
    ['it is no JSON', 400, 'malformed_json', () => '{"amount": 2500,'],
    ['it is empty', 400, undefined, () => ''],
    ['it is no object', 400, 'malformed_json', () => '[1]'],
    ['it reaches for the prototype', 400, undefined, () => '{"__proto__":{"status":"accepted"},"amount":5}'],
  ])('%s', async (_, status, code, body) => {
    const answer = await gateway.call('POST', '/v1/payments', body(), json);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.body).toMatchObject({ status, request_id: answer.headers.get('request-id'), ...(code && { code }) });
    expect(answer.text).not.toMatch(/\bat \/|node_modules|Error:/);
  });

  it('its content type is another', async () => {
    const answer = await gateway.call('POST', '/v1/payments', 'amount=5', { 'content-type': 'text/plain' });
    expect([answer.status, answer.body.code]).toEqual([415, 'unsupported_media_type']);
  });

  it.each(['gzip', 'br', 'deflate, gzip'])('its body is compressed (%s)', async (encoding) => {
    const headers = { ...json, 'content-encoding': encoding };
    const answer = await gateway.call('POST', '/v1/payments', '\u001f\u008b', headers);
    expect([answer.status, answer.body.code]).toEqual([415, 'unsupported_media_type']);
    expect(answer.body.detail).toContain('Content-Encoding');
    const dropIn = await gateway.call('POST', '/v2/payment', '\u001f\u008b', headers);
    expect([dropIn.status, dropIn.body.code]).toEqual([400, '608']);
    expect(dropIn.body.description).toContain('Content-Encoding');
    expect((await gateway.call('POST', '/cinetpay/notify', '\u001f\u008b', headers)).status).toBe(200);
  });

  it('a form is posted to no route', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    for (const path of ['/nowhere', '/v1/nowhere', '/checkout/a/b/c', '/docs'])
      expect([path, (await gateway.call('POST', path, 'a=1', form)).status]).toEqual([path, 404]);
    expect((await gateway.call('POST', '/v2/nowhere', 'a=1', form)).body).toMatchObject({ code: '404' });
  });

  it('takes a body that says that it is as it is', async () => {
    const headers = { ...json, 'content-encoding': 'identity' };
    expect((await gateway.call('POST', '/v1/payments', order(), headers)).status).toBe(201);
  });

  it.each([
    ['GET', '/nowhere', 404],
    ['DELETE', '/v1/payments', 404],
    ['GET', '/v1/payments/%zz', 404],
    ['GET', `/v1/payments/${'x'.repeat(5_000)}`, 404],
  ])('no route answers %s %s', async (method, path, status) => {
    const answer = await gateway.call(method, path);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ code: 'not_found', request_id: expect.any(String) });
  });

  it('its headers are too large', async () => {
    const answer = await raw(`GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 431 [^]*"code":"headers_too_large"/);
  });

  it('it is not HTTP at all', async () => {
    expect(await raw('EHLO mail.example\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 [^]*"code":"malformed_request"/);
  });
});

it('keeps the Request-Id it was given, makes one where there is none, and ignores one that is no id', async () => {
  const ids = await Promise.all(
    ['abc-1', undefined, 'x'.repeat(65), '<script>'].map(async (id) => {
      const answer = await request('GET', `${gateway.url}/health/live`, undefined, id ? { 'request-id': id } : {});
      return answer.headers.get('request-id');
    }),
  );
  expect(ids[0]).toBe('abc-1');
  for (const id of ids.slice(1)) expect(id).toMatch(/^[0-9A-Z]{26}$/);
});

it('sets the headers that keep a browser from misusing an answer', async () => {
  const { headers } = await gateway.call('GET', '/v1/payments');
  expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('x-frame-options')).toBe('DENY');
  expect(headers.get('strict-transport-security')).toBeNull();
});

it('answers others at their speed while 500 sockets send nothing or drip, and ends those in time', async () => {
  const { port } = new URL(gateway.url);
  let open = 0;
  for (let i = 0; i < 500; i++) {
    const socket = connectSocket(Number(port), '127.0.0.1');
    socket.on('error', () => undefined).resume();
    socket.once('connect', () => open++);
    socket.once('close', () => open--);
    if (i % 2) socket.write('POST /v1/payments HTTP/1.1\r\nHost: x\r\nContent-Le');
  }
  await eventually(() => open === 500);
  const durations: number[] = [];
  for (let i = 0; i < 50; i++) {
    const began = performance.now();
    expect((await gateway.call('POST', '/v1/payments', order())).status).toBe(201);
    durations.push(performance.now() - began);
  }
  expect(durations.sort((a, b) => a - b)[25]).toBeLessThan(500);
  // They have 10 s for their headers.
  await eventually(() => open === 0, 15_000);
});

it('stops at once although somebody holds connections on which nothing ever came', async () => {
  const other = await startTestGateway();
  const { port } = new URL(other.url);
  const socket = connectSocket(Number(port), '127.0.0.1');
  await new Promise((resolve) => socket.once('connect', resolve));
  await request('GET', `${other.url}/health/live`);
  const began = performance.now();
  await other.close();
  expect(performance.now() - began).toBeLessThan(2_500);
  socket.destroy();
});

function raw(text: string): Promise<string> {
  const { port } = new URL(gateway.url);
  return new Promise((resolve, reject) => {
    const socket = connectSocket(Number(port), '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString('utf8')));
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });
}
