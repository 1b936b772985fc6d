import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The address that every client of CinetPay has built in. */
export const CINETPAY = 'https://api-checkout.cinetpay.com';

/** A proxy on loopback. */
export interface Detour {
  /** For `https_proxy`. */
  url: string;
  /** What came through, as `METHOD path content-type`. */
  seen: string[];
  close(): Promise<void>;
}

/** Leads what is meant for CinetPay to a gateway, byte for byte, and nothing else anywhere. */
export async function startDetour(gatewayUrl: string): Promise<Detour> {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const { method = '', url = '' } = request;
      if (!url.startsWith(CINETPAY)) return void response.writeHead(502).end();
      const type = request.headers['content-type'] ?? '';
      const path = url.slice(CINETPAY.length);
      seen.push(`${method} ${path} ${type}`);
      const body = await bytesOf(request);
      const answer = await fetch(gatewayUrl + path, { method, headers: { 'content-type': type }, body });
      const headers = { 'content-type': answer.headers.get('content-type') ?? '' };
      response.writeHead(answer.status, headers).end(Buffer.from(await answer.arrayBuffer()));
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen, close };
}

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
