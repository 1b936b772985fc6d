import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerParent } from '../child';
import { ORDER, SITE } from '../order';

/** What the stub is told: how long it takes, and what it says of every payment that it is asked about. */
export interface StubSettings {
  delayMs?: number;
  check?: 'paid' | 'waiting';
}

/** Where it listens, and how many requests came since the last question, with the time (ms) between the first and the last. */
export interface StubReport {
  port: number;
  requests: number;
  spanMs: number;
}

/**
 * A CinetPay and a receiver of webhooks that only answer, after a fixed time: bare `node:http`, no parsing, so that it is never what is
 * measured.
 */
const settings: Required<StubSettings> = { delayMs: 0, check: 'waiting' };
let requests = 0;
let first = 0;
let last = 0;
let tokens = 0;

const server = createServer((request, response) => {
  request.resume();
  request.once('end', () => {
    last = performance.now();
    if (requests++ === 0) first = last;
    if (settings.delayMs === 0) answer(request, response);
    else setTimeout(answer, settings.delayMs, request, response);
  });
});
server.keepAliveTimeout = 120_000;
server.listen(0, '127.0.0.1');

function answer({ url }: IncomingMessage, response: ServerResponse): void {
  const body = url === '/v2/payment' ? created() : url === '/v2/payment/check' ? checked() : '{}';
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
  response.end(body);
}

function created(): string {
  const token = `${process.pid}${String(tokens++).padStart(60, '0')}`;
  const data = `{"payment_token":"${token}","payment_url":"https://checkout.cinetpay.com/payment/${token}"}`;
  return `{"code":"201","message":"CREATED","description":"Transaction created with success","data":${data},"api_response_id":"1764000000.${tokens}"}`;
}

const PAID = `{"code":"00","message":"SUCCES","data":{"amount":"${ORDER.amount}","currency":"${SITE.currency}","status":"ACCEPTED","payment_method":"OM","description":"","metadata":null,"operator_id":"MP230101.1234.A12345","payment_date":"2026-11-23 10:11:12","fund_availability_date":"2026-11-25 00:00:00"},"api_response_id":"1764000000.1"}`;
const WAITING = `{"code":"662","message":"WAITING_CUSTOMER_PAYMENT","data":{"amount":"${ORDER.amount}","currency":"${SITE.currency}","status":"WAITING_FOR_CUSTOMER","payment_method":"","description":"","metadata":null,"operator_id":null,"payment_date":"","fund_availability_date":" "},"api_response_id":"1764000000.1"}`;

function checked(): string {
  return settings.check === 'paid' ? PAID : WAITING;
}

answerParent<StubSettings, StubReport>((told) => {
  Object.assign(settings, told);
  const report = { port: (server.address() as AddressInfo).port, requests, spanMs: last - first };
  requests = 0;
  return report;
});
