import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { BodyTooLarge, BrokenBody, page, send, type Exchange, type Reply } from './exchange';
import { accessDenied, preflight, TOO_LARGE } from './edge-pages';
import type { Router } from './router';
import { urlOf } from './url';

/** An HTTP server that listens. */
export interface ListeningServer {
  port: number;
  /** Closes at once, with every connection. */
  close(): Promise<void>;
}

/** Where and how to listen. */
export interface Listening {
  port: number;
  host: string;
  /** PEM; HTTPS when there is one. */
  tls?: { cert: string; key: string };
}

/** Starts to listen; rejects with a clear message when the address cannot be had or the certificate cannot be used. */
export async function listen(router: Router, where: Listening, log: (line: string) => void): Promise<ListeningServer> {
  const take = (request: IncomingMessage, response: ServerResponse): void =>
    void respond(router, request, response, log);
  const server = where.tls ? withTls(where.tls, take) : createServer(take);
  // Longer than any client keeps an idle connection: the server never closes one that is just being reused.
  server.keepAliveTimeout = 75_000;
  await bind(server, where);
  return { port: (server.address() as AddressInfo).port, close: () => close(server) };
}

function withTls(tls: { cert: string; key: string }, take: RequestListener): Server {
  try {
    return createTlsServer(tls, take);
  } catch (error) {
    throw new Error(`simulator: the TLS certificate or its key cannot be used: ${(error as Error).message}`);
  }
}

function bind(server: Server, { port, host }: Listening): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      // Its code is kept for whoever starts a simulator inside a program of his own.
      const why = error.code === 'EADDRINUSE' ? 'is already in use' : `cannot be listened on: ${error.code}`;
      error.message = `simulator: port ${port} on ${host} ${why}`;
      reject(error);
    });
    server.listen(port, host, () => resolve());
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

async function respond(
  router: Router,
  request: IncomingMessage,
  response: ServerResponse,
  log: (line: string) => void,
): Promise<void> {
  const at = new Date().toISOString();
  response.on('error', () => undefined);
  try {
    const exchange = { at, request, response, url: readUrl(request), params: [] };
    const reply = await route(router, exchange);
    if (reply) send(response, reply);
  } catch (error) {
    if (error instanceof BodyTooLarge) return send(response, TOO_LARGE);
    if (error instanceof BrokenBody) return void response.destroy();
    log(`simulator: ${request.method} ${request.url} failed: ${(error as Error).stack}`);
    send(response, page(500, '<h1>The simulator failed</h1>'));
  }
}

async function route(router: Router, exchange: Exchange): Promise<Reply | void> {
  const { pathname } = exchange.url;
  const method = exchange.request.method ?? 'GET';
  if (method === 'OPTIONS') return preflight(pathname, exchange.request);
  const found = router.find(method === 'HEAD' ? 'GET' : method, pathname);
  if ('handler' in found) return found.handler({ ...exchange, params: found.params });
  if (found.allowed.length === 0) return page(404, accessDenied('404 Not Found'));
  return page(405, accessDenied('405 Method Not Allowed'), { Allow: found.allowed.join(', ') });
}

/** Slashes are merged, as CinetPay's edge does; the router passes over a final one. Clients of a proxy send the whole address. */
function readUrl(request: IncomingMessage): URL {
  const [path = '/', query = ''] = (request.url ?? '/').replace(/^https?:\/\/[^/?]*/i, '').split(/\?(.*)/s);
  return urlOf(`${path.replaceAll(/\/{2,}/g, '/')}?${query}`, 'http://simulator') ?? new URL('http://simulator/404');
}
