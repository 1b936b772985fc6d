import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

/** Where a caller that ordered nothing listens. */
export const STRANGERS_PATH = '/stranger';

/** One delivery as it arrived. */
export interface Received {
  path: string;
  id: string;
  body: string;
  verified: boolean;
  answered: number;
}

export interface Receiver {
  url: string;
  /** Everything that arrived, in order. */
  received: Received[];
  /** Set once the endpoint exists; before, nothing verifies. */
  secret: string | undefined;
  /** The share of deliveries answered with 500. */
  failures: number;
  close(): Promise<void>;
}

/** A caller's own service: verifies with the public package and keeps everything. It is a judge and is never killed. */
export async function startReceiver(random: () => number): Promise<Receiver> {
  const receiver: Receiver = { url: '', received: [], secret: undefined, failures: 0, close: async () => undefined };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      const headers = request.headers as Record<string, string>;
      const answered = random() < receiver.failures ? 500 : 204;
      receiver.received.push({
        path: String(request.url),
        id: String(headers['webhook-id']),
        body,
        verified: verifies(receiver.secret, body, headers),
        answered,
      });
      response.writeHead(answered).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  receiver.close = () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return receiver;
}

function verifies(secret: string | undefined, body: string, headers: Record<string, string>): boolean {
  if (secret === undefined) return false;
  try {
    new Webhook(secret).verify(body, headers);
    return true;
  } catch {
    return false;
  }
}
