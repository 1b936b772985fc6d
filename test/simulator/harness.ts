import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { startSimulator, type RunningSimulator, type SimulatorOptions } from '../../simulator/simulator';
import type { Call, Capture, SentNotification } from '../../simulator/state/ledger';
import { DEMO_SITES } from '../../simulator/state/settings';

export const [XOF, XAF, CDF, GNF, USD] = DEMO_SITES as [
  (typeof DEMO_SITES)[0],
  (typeof DEMO_SITES)[0],
  (typeof DEMO_SITES)[0],
  (typeof DEMO_SITES)[0],
  (typeof DEMO_SITES)[0],
];

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  body: any;
}

export function start(options: Partial<SimulatorOptions> = {}): Promise<RunningSimulator> {
  return startSimulator({ port: 0, ...options });
}

export async function call(method: string, url: string, body?: unknown, headers = {}): Promise<Answer> {
  const isText = typeof body === 'string';
  const response = await fetch(url, {
    method,
    headers: { 'Content-Type': 'application/json', ...headers },
    body: body === undefined ? undefined : isText ? body : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: parsed(text) };
}

function parsed(text: string): any {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** GET /_sim/ledger. */
export interface LedgerView {
  captures: Capture[];
  notifications: SentNotification[];
  pings: SentNotification[];
  calls: Call[];
}

export async function ledgerOf({ url }: RunningSimulator): Promise<LedgerView> {
  return (await call('GET', `${url}/_sim/ledger`)).body as LedgerView;
}

let serial = 0;

/** A whole order that breaks no rule, also in strict mode. */
export function order(changes: Record<string, unknown> = {}, site = XOF): Record<string, unknown> {
  serial += 1;
  return {
    apikey: site.apikey,
    site_id: site.site_id,
    transaction_id: `ORDER${serial}`,
    amount: 2500,
    currency: site.currency,
    description: 'Order',
    notify_url: 'https://shop.example/notify',
    return_url: 'https://shop.example/thanks',
    channels: 'ALL',
    ...changes,
  };
}

export const TOKEN = /^[0-9a-f]{110}$/;
export const RESPONSE_ID = /^\d{10}\.\d{4}$/;

export interface Received {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  raw: string;
  fields: [string, string][];
}

/** A merchant's server that keeps what it gets and answers `status`. */
export class Merchant {
  readonly received: Received[] = [];
  status = 200;
  private server!: Server;

  async open(): Promise<this> {
    this.server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const raw = Buffer.concat(chunks).toString('utf8');
        const { method = '', url = '', headers } = request;
        this.received.push({ method, url, headers, raw, fields: [...new URLSearchParams(raw)] });
        response.writeHead(this.status).end();
      });
    });
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/notify`;
  }

  posts(): Received[] {
    return this.received.filter(({ method }) => method === 'POST');
  }

  close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}

/** Waits until something is so, and says what was there when it never was. */
export async function until<T>(look: () => Promise<T> | T, isSo: (seen: T) => boolean, timeoutMs = 5_000): Promise<T> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const seen = await look();
    if (isSo(seen)) return seen;
    if (Date.now() > end) throw new Error(`never so: ${JSON.stringify(seen)}`);
    await wait(10);
  }
}
