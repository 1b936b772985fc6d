// Proves that the apikey gets into no log line, no thrown value and no kept answer, even from a CinetPay that repeats
// whatever it was sent.
import { HttpService } from '@nestjs/axios';
import { AxiosError } from 'axios';
import type { InternalAxiosRequestConfig } from 'axios';
import type { ServerResponse } from 'node:http';
import { inspect } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { APIKEY, httpServer, site, startClient } from './client';

const logged: unknown[] = [];
vi.mock('../../src/common/logger', () => ({
  configureLogger: () => {},
  logInfo: (...line: unknown[]) => logged.push(line),
  logWarn: (...line: unknown[]) => logged.push(line),
  logError: (...line: unknown[]) => logged.push(line),
}));

const open: (() => unknown)[] = [];
afterEach(async () => {
  logged.length = 0;
  for (const close of open.splice(0)) await close();
});

const shown = (value: unknown): string =>
  inspect(value, { depth: Infinity, showHidden: true }) + JSON.stringify(value, (_, one: unknown) => one);

async function startEcho(answer: (body: string, response: ServerResponse) => void) {
  const server = await httpServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => answer(body, response));
  });
  const started = await startClient(server.url, 300);
  open.push(server.close, () => started.module.close());
  return started;
}

const echoes: [string, (body: string, response: ServerResponse) => void][] = [];
for (const code of ['201', '608', '609', '624', '00', '627', '662', '999', APIKEY]) {
  echoes.push([
    `code ${code === APIKEY ? 'that is the apikey' : code}`,
    (body, response) => {
      const { apikey } = JSON.parse(body) as { apikey: string };
      const named = { site_id: apikey, transaction_id: apikey, payment_method: apikey, operator_id: body };
      const data = {
        ...named,
        amount: apikey,
        currency: body,
        status: apikey,
        payment_date: apikey,
        payment_url: body,
      };
      response.end(JSON.stringify({ code, message: body, description: body, api_response_id: body, ...named, data }));
    },
  ]);
}
echoes.push(
  ['a page', (body, response) => response.writeHead(403, { 'Content-Type': 'text/html' }).end(`<html>${body}</html>`)],
  ['a location', (body, response) => response.writeHead(302, { Location: `/?${encodeURIComponent(body)}` }).end()],
  ['a header that is no header', (body, response) => response.socket?.end(`HTTP/1.1 200 OK\r\n${body}\r\n\r\n`)],
  [
    'a body cut off',
    (body, response) => response.socket?.end(`HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n${body}`),
  ],
  ['a reset', (_, response) => response.socket?.resetAndDestroy()],
  ['silence', () => {}],
);

describe('a CinetPay that repeats the request as', () => {
  it.each(echoes)('%s', async (_, answer) => {
    const { client } = await startEcho(answer);
    const outcomes = [await client.initiate(site(), 'T1', '{"site_id":"123456"}'), await client.check(site(), 'T1')];
    expect(shown(outcomes.map((outcome) => outcome.answer))).not.toContain('canary');
    expect(logged.length).toBeGreaterThanOrEqual(2);
    expect(shown(logged)).not.toContain('canary');
  });
});

describe('what is thrown below the client', () => {
  it('holds nothing of the request', async () => {
    const { module } = await startEcho(() => {});
    const request = module
      .get(HttpService, { strict: false })
      .axiosRef.request({ url: 'http://127.0.0.1:1/', data: APIKEY });
    const thrown: unknown = await request.catch((fault: unknown) => fault);
    expect(thrown).toMatchObject({ name: 'ExchangeFault', phase: 'not_sent' });
    expect(shown(thrown)).not.toContain('canary');
  });

  it('goes no further even when it is an error of axios', async () => {
    const { client, module } = await startEcho(() => {});
    module.get(HttpService, { strict: false }).axiosRef.defaults.adapter = (config: InternalAxiosRequestConfig) => {
      throw new AxiosError('broken', 'ERR', config);
    };
    const outcome = await client.check(site(), 'T1');
    expect(outcome.kind).toBe('unclear');
    expect(shown(outcome)).not.toContain('canary');
    expect(shown(logged)).not.toContain('canary');
  });
});
