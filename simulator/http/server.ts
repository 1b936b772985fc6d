import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { page, send, type Exchange, type Reply } from './exchange';
import { accessDenied, preflight } from './edge-pages';
import type { Router } from './router';
import { urlOf } from './url';

/** An HTTP server that listens. */
export interface ListeningServer {
  port: number;
  /** Closes at once, with every connection. */
  close(): Promise<void>;
}

/** Starts to listen; rejects with a clear message when the port is taken. */
export async function listen(
  router: Router,
  port: number,
  host: string,
  log: (line: string) => void,
): Promise<ListeningServer> {
  const server = createServer((request, response) => {
    void respond(router, request, response, log);
  });
  // Longer than any client keeps an idle connection: the server never closes one that is just being reused.
  server.keepAliveTimeout = 75_000;
  await bind(server, port, host);
  return { port: (server.address() as AddressInfo).port, close: () => close(server) };
}

function bind(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      // Its code is kept for whoever starts a simulator inside a program of his own.
      if (error.code === 'EADDRINUSE') error.message = `simulator: port ${port} on ${host} is already in use`;
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
    log(`simulator: ${request.method} ${request.url} failed: ${(error as Error).stack}`);
    send(response, page(500, '<h1>The simulator failed</h1>'));
  }
}

async function route(router: Router, exchange: Exchange): Promise<Reply | void> {
  const { pathname } = exchange.url;
  const method = exchange.request.method ?? 'GET';
  if (method === 'OPTIONS') return preflight(exchange.request);
  const found = router.find(method === 'HEAD' ? 'GET' : method, pathname);
  if ('handler' in found) return found.handler({ ...exchange, params: found.params });
  if (found.allowed.length === 0) return page(404, accessDenied('404 Not Found'));
  return page(405, accessDenied('405 Method Not Allowed'), { Allow: found.allowed.join(', ') });
}

function readUrl(request: IncomingMessage): URL {
  const path = (request.url ?? '/').replace(/^\/+/, '/');
  return urlOf(path, 'http://simulator') ?? new URL('http://simulator/404');
}
