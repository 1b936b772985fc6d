import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** One answer, byte for byte: a body that is no text is sent as JSON. */
export interface Reply {
  status?: number;
  type?: string;
  headers?: Record<string, string>;
  body?: unknown;
  /** Milliseconds before the first byte. */
  delayMs?: number;
  /** The socket is closed instead. */
  cut?: boolean;
}

/** A request as it came. */
export interface Heard {
  operation: 'payment' | 'check';
  body: Record<string, any>;
  raw: string;
}

/** A CinetPay that says what the test wants to hear, where the simulator is too well-behaved. */
export interface StandIn {
  url: string;
  heard: Heard[];
  /** What one transaction's requests of one kind are answered, one after the other; the last answer stays. */
  says(id: string, operation: Heard['operation'], ...replies: Reply[]): void;
  /** Runs before a request is answered. */
  before: (heard: Heard) => unknown;
  /** Nobody listens any more, then somebody does again. */
  leave(): Promise<void>;
  comeBack(): Promise<void>;
  close(): Promise<void>;
}

/** The envelope of an answer without data. */
export function says(code: unknown, message = 'WORDS', description = 'more words'): object {
  return { code, message, description, api_response_id: '1632143554.8513' };
}

/** CinetPay's answer to an initiation that worked. */
export function created(id: string): object {
  const link = { payment_token: `token-${id}`, payment_url: `https://checkout.cinetpay.com/payment/token-${id}` };
  return { ...says('201', 'CREATED'), data: link };
}

/** CinetPay's answer to a check. */
export function checked(code: string, data: Record<string, unknown>): object {
  const nothing = { payment_method: null, operator_id: null, payment_date: ' ', fund_availability_date: null };
  return { ...says(code, code === '00' ? 'SUCCES' : 'WORDS'), data: { ...nothing, ...data } };
}

/** Answers initiations with a link and checks with 662, unless told otherwise. */
export async function startStandIn(): Promise<StandIn> {
  const told = new Map<string, Reply[]>();
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => void answer(request, response));
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  let port = 0;
  const listen = async (): Promise<void> => {
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  };
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
      sockets.clear();
    });
  await listen();
  const standIn: StandIn = {
    url: `http://127.0.0.1:${port}`,
    heard: [],
    says: (id, operation, ...replies) => void told.set(`${operation} ${id}`, replies),
    before: () => undefined,
    leave: stop,
    comeBack: listen,
    close: stop,
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const raw = Buffer.concat(chunks).toString('utf8');
    const operation = request.url === '/v2/payment/check' ? 'check' : 'payment';
    const heard: Heard = { operation, raw, body: JSON.parse(raw) };
    standIn.heard.push(heard);
    await standIn.before(heard);
    await send(response, replyTo(heard));
  }

  function replyTo({ operation, body }: Heard): Reply {
    const replies = told.get(`${operation} ${body.transaction_id}`);
    const reply = replies && (replies.length > 1 ? replies.shift() : replies[0]);
    if (reply) return reply;
    const waiting = { amount: null, currency: null, status: 'WAITING_FOR_CUSTOMER' };
    return { body: operation === 'payment' ? created(body.transaction_id) : checked('662', waiting) };
  }

  return standIn;
}

async function send(response: ServerResponse, reply: Reply): Promise<void> {
  const { status = 200, type = 'application/json', headers = {}, body = '', delayMs = 0, cut = false } = reply;
  if (delayMs > 0) await wait(delayMs);
  if (cut) return void response.destroy();
  response.writeHead(status, { 'content-type': type, ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}
