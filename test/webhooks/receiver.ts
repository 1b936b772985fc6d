import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

/** One request as it arrived. */
export interface Arrival {
  at: number;
  method: string;
  path: string;
  id: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** A caller's own service on loopback. */
export interface Receiver {
  url: string;
  arrivals: Arrival[];
  /** What it does with the nth request (from 1 on); 204 unless a test says otherwise. */
  answer: (response: ServerResponse, arrival: Arrival, n: number) => void;
  /** Connections that were made. */
  connections: number;
  close(): Promise<void>;
}

export async function startReceiver(port = 0): Promise<Receiver> {
  const receiver: Receiver = {
    url: '',
    arrivals: [],
    answer: (response) => void response.writeHead(204).end(),
    connections: 0,
    close: async () => undefined,
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { headers, method = '', url: path = '' } = request;
      const body = Buffer.concat(chunks).toString('utf8');
      const arrival = { at: performance.now(), method, path, id: String(headers['webhook-id']), headers, body };
      receiver.answer(response, arrival, receiver.arrivals.push(arrival));
    });
  });
  server.on('connection', () => receiver.connections++);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  receiver.close = () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return receiver;
}

/** Whether the public package takes this delivery with this secret. */
export function verifies(secret: string, { body, headers }: Arrival): boolean {
  try {
    new Webhook(secret).verify(body, headers as Record<string, string>);
    return true;
  } catch {
    return false;
  }
}
