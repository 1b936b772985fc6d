import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyServerOptions } from 'fastify';
import type { Handle } from './app.connection';
import { Connections } from './app.connections';
import { apiHeaders } from './app.headers';
import { answerNoRoute } from './app.no-route';
import { routedUrl } from './app.paths';
import { HEADERS_SECONDS, Refusals, type ReadError, REQUEST_SECONDS } from './app.refusals';
import { endIfUnread } from './app.unread';
import { clientAddress } from './common/client-address';
import { newId } from './common/ids';
import { BODY_LIMIT } from './common/request-body';
import type { Config } from './config/config';

const REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/;

/** Longer than a load balancer keeps an idle connection: we never close one that is just being reused. */
const IDLE_MS = 75_000;
/** Without progress in sending for so long, a connection ends (our choice). */
const STALL_MS = 60_000;

/** The server with what stands before it. */
export interface NewServer {
  adapter: FastifyAdapter;
  connections: Connections;
  refusals: Refusals;
}

/** Fastify with our limits: sizes, times, names of requests, and problem documents also where no route was reached. */
export function newServer(config: Config): NewServer {
  const { connectionsPerAddress, connectionsMax, trustProxyHops, publicUrl } = config;
  const refusals = new Refusals(publicUrl);
  const connections = new Connections({
    // Behind a proxy all clients have its address.
    perAddress: trustProxyHops > 0 ? Infinity : connectionsPerAddress,
    inAll: connectionsMax,
    stallMs: STALL_MS,
    idleMs: IDLE_MS,
  });
  const adapter = new FastifyAdapter({
    genReqId: requestId,
    rewriteUrl: routedUrl,
    trustProxy: trustProxyHops === 0 ? false : trustProxyHops,
    bodyLimit: BODY_LIMIT,
    serverFactory: (handle: Handle) => {
      const server = connections.createServer(handle, {
        headersTimeout: HEADERS_SECONDS * 1000,
        requestTimeout: REQUEST_SECONDS * 1000,
        connectionsCheckingInterval: 1_000,
        maxHeaderSize: 16 * 1024,
        // Node would answer by itself; see refuseBadRequests.
        requireHostHeader: false,
      });
      // All that fit are read: Node would drop those above its limit without a word, and with them what they meant.
      server.maxHeadersCount = 0;
      server.on('connect', (_request, socket: Socket) =>
        connections.refuse(socket, () => refusals.answerConnect(socket)),
      );
      return server;
    },
    // A request on an open connection is still answered while we stop; the answer says that the connection ends.
    return503OnClosing: false,
    // An id of 100 characters, each of them percent-encoded.
    routerOptions: { maxParamLength: 300 },
    frameworkErrors: answerUnroutable(apiHeaders(publicUrl), refusals),
    clientErrorHandler: (error: ReadError, socket: Socket) =>
      connections.refuse(socket, () => refusals.answer(error, socket)),
    // Nest's own middleware layer; we have guards and hooks.
    skipMiddie: true,
  });
  return { adapter, connections, refusals };
}

function requestId(request: { headers: IncomingMessage['headers'] }): string {
  const given = request.headers['request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : newId();
}

// The address cannot be decoded or is longer than anything we hand out: hooks and routes never see it.
function answerUnroutable(
  headers: Record<string, string>,
  refusals: Refusals,
): FastifyServerOptions['frameworkErrors'] {
  return (_error, request, reply) => {
    void reply.headers(headers).header('Request-Id', request.id);
    endIfUnread(request.raw, reply);
    refusals.tell(request.id, answerNoRoute(request, reply), clientAddress(request));
  };
}
