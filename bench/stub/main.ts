import { createServer, type AddressInfo, type Socket } from 'node:net';
import { answerParent } from '../child';
import { isWhole } from '../http-message';
import { counterOf, ORDER, SITE } from '../order';

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

/** A CinetPay and a receiver of webhooks that only answer, after a fixed time, with as little work as can be: never what is measured. */
const settings: Required<StubSettings> = { delayMs: 0, check: 'waiting' };
let requests = 0;
let first = 0;
let last = 0;
let payments = 0;

const server = createServer({ noDelay: true }, (socket) => {
  let kept: Buffer | undefined;
  socket.on('data', (chunk: Buffer) => {
    const bytes = kept ? Buffer.concat([kept, chunk]) : chunk;
    kept = isWhole(bytes) ? undefined : bytes;
    if (kept === undefined) hear(socket, bytes);
  });
  // Whoever calls may go at any time.
  socket.on('error', () => undefined);
});
server.listen(0, '127.0.0.1');

function hear(socket: Socket, request: Buffer): void {
  last = performance.now();
  if (requests++ === 0) first = last;
  const path = request.toString('latin1', request.indexOf('/'), request.indexOf(' HTTP/'));
  if (settings.delayMs === 0) answer(socket, path);
  else setTimeout(answer, settings.delayMs, socket, path);
}

const HEAD =
  'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: keep-alive\r\nKeep-Alive: timeout=120\r\nContent-Length: ';

function answer(socket: Socket, path: string): void {
  const body = path === '/v2/payment' ? created() : path === '/v2/payment/check' ? checked() : '{}';
  socket.write(`${HEAD}${body.length}\r\n\r\n${body}`, 'latin1');
}

function created(): string {
  const data = JSON.stringify(counterOf(`${process.pid}${payments++}`));
  return `{"code":"201","message":"CREATED","description":"Transaction created with success","data":${data},"api_response_id":"1764000000.${payments}"}`;
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
