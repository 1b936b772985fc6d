// Proves that every answer has our headers, a Request-Id and a problem document, also to what is no request, and is counted and logged.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import * as logger from '../src/common/logger';
import { request, startTestGateway, type TestGateway } from './support/gateway';
import { sendRaw } from './support/raw';

let gateway: TestGateway;
const lines: [string, logger.LogFields | undefined][] = [];

beforeAll(async () => {
  vi.spyOn(logger, 'logInfo').mockImplementation((message, fields) => void lines.push([message, fields]));
  gateway = await startTestGateway({ env: { PUBLIC_URL: 'https://pay.example' } });
});
afterAll(async () => {
  vi.restoreAllMocks();
  await gateway.close();
});

const many = (count: number): string => Array.from({ length: count }, (_, n) => `x${n}: 1\r\n`).join('');
const HOST = 'Host: x\r\n';

const RUBBISH: [string, number, string, string][] = [
  ['no HTTP at all', 400, 'malformed_request', 'EHLO mail.example\r\n\r\n'],
  ['a TLS greeting', 400, 'malformed_request', '\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03\r\n\r\n'],
  ['a method that does not exist', 400, 'malformed_request', `FROB / HTTP/1.1\r\n${HOST}\r\n`],
  ['a version that does not exist', 400, 'malformed_request', `GET / HTTP/3.7\r\n${HOST}\r\n`],
  ['the preface of HTTP/2', 400, 'malformed_request', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['a line that ends without a carriage return', 400, 'malformed_request', 'GET / HTTP/1.1\nHost: x\n\n'],
  ['a folded header', 400, 'malformed_request', `GET / HTTP/1.1\r\n${HOST} folded: 1\r\n\r\n`],
  ['a header without a name', 400, 'malformed_request', `GET / HTTP/1.1\r\n${HOST}: 1\r\n\r\n`],
  ['no Host', 400, 'malformed_request', 'GET /health/live HTTP/1.1\r\n\r\n'],
  ['two Hosts', 400, 'malformed_request', `GET /health/live HTTP/1.1\r\n${HOST}Host: y\r\nConnection: close\r\n\r\n`],
  ['a length that is none', 400, 'malformed_request', `POST / HTTP/1.1\r\n${HOST}Content-Length: 1x\r\n\r\n`],
  [
    ...(['two ways of telling its length', 400, 'malformed_request'] as const),
    `POST / HTTP/1.1\r\n${HOST}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  ],
  [
    ...(['a chunk without a size', 400, 'malformed_request'] as const),
    `POST /v1/payments HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\nxyz\r\n\r\n`,
  ],
  ['a tunnel', 400, 'malformed_request', 'CONNECT bank.example:443 HTTP/1.1\r\nHost: bank.example\r\n\r\n'],
  ['an expectation', 417, 'expectation_failed', `GET /health/live HTTP/1.1\r\n${HOST}Expect: coffee\r\n\r\n`],
  ['headers above 16 KB', 431, 'headers_too_large', `GET / HTTP/1.1\r\n${HOST}X-Long: ${'x'.repeat(20_000)}\r\n\r\n`],
  ['too many headers', 431, 'headers_too_large', `GET /health/live HTTP/1.1\r\n${HOST}${many(600)}\r\n`],
  ['more headers than Node keeps', 431, 'headers_too_large', `GET / HTTP/1.1\r\n${many(1_200)}${HOST}\r\n`],
  ['an upgrade to no route', 404, 'not_found', upgrade('websocket')],
  ['an upgrade to HTTP/2', 404, 'not_found', upgrade('h2c')],
  ['an address that cannot be decoded', 404, 'not_found', `GET /%zz HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`],
];

function upgrade(to: string): string {
  return `GET /nowhere HTTP/1.1\r\n${HOST}Upgrade: ${to}\r\nConnection: Upgrade, close\r\n\r\n`;
}

describe('an answer has every header of ours when what came is', () => {
  it.each(RUBBISH)('%s', async (_, status, code, bytes) => {
    const before = await counted(status);
    const [answer, ...more] = (await sendRaw(gateway.url, bytes)).split(/(?=HTTP\/1\.1 \d)/);
    expect(more).toEqual([]);
    const [head = '', body = ''] = answer!.split('\r\n\r\n');
    const [line, ...fields] = head.split('\r\n');
    const headers = Object.fromEntries(
      fields.map((field) =>
        field
          .toLowerCase()
          .split(/: (.*)/s)
          .slice(0, 2),
      ),
    );
    expect(line).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
      'strict-transport-security': expect.stringMatching(/^max-age=\d{8}/),
      'x-frame-options': 'deny',
      'referrer-policy': 'no-referrer',
      'content-type': expect.stringContaining('application/problem+json'),
      connection: 'close',
      date: expect.any(String),
    });
    const problem = JSON.parse(body);
    expect(problem).toMatchObject({ status, code, request_id: expect.stringMatching(/^[0-9A-Z]{26}$/) });
    expect(headers['request-id']).toBe(problem.request_id.toLowerCase());
    expect(await counted(status)).toBe(before + 1);
    const logged = lines.filter(([message, log]) => message === 'request' && log?.request_id === problem.request_id);
    expect(logged).toMatchObject([['request', { status, route: expect.any(String) }]]);
  });
});

async function counted(status: number): Promise<number> {
  const { text } = await request('GET', `${gateway.url}/metrics`);
  const lines = text.match(new RegExp(`^http_requests_total\\{.*status="${status}".*\\} (\\d+)$`, 'gm')) ?? [];
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}
