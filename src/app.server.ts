import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { BODY_LIMIT } from './app.bodies';
import { routedUrl } from './app.paths';
import { answerProblem } from './app.problems';
import { newId } from './common/ids';
import { problemDocument } from './common/problem.filter';
import { Problem } from './common/problem';
import type { Config } from './config/config';

const REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/;

/** Milliseconds a sender may take for the headers, and for the whole request (our choice: ten times a slow phone's). */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 20_000;

/** Fastify with our limits: sizes, times, names of requests, and problem documents also where no route was reached. */
export function newServer(config: Config): FastifyAdapter {
  return new FastifyAdapter({
    genReqId: requestId,
    rewriteUrl: routedUrl,
    trustProxy: config.trustProxyHops === 0 ? false : config.trustProxyHops,
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT_MS,
    // Longer than a load balancer keeps an idle connection: we never close one that is just being reused.
    keepAliveTimeout: 75_000,
    http: { headersTimeout: HEADERS_TIMEOUT_MS, connectionsCheckingInterval: 1_000, maxHeaderSize: 16 * 1024 },
    // A request on an open connection is still answered while we stop; the answer says that the connection ends.
    return503OnClosing: false,
    // An id of 100 characters, each of them percent-encoded.
    routerOptions: { maxParamLength: 300 },
    frameworkErrors: answerUnroutable,
    clientErrorHandler: answerUnreadable,
    // Nest's own middleware layer; we have guards and hooks.
    skipMiddie: true,
  });
}

function requestId(request: { headers: IncomingMessage['headers'] }): string {
  const given = request.headers['request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : newId();
}

// The address cannot be decoded or is longer than anything we hand out: hooks and routes never see it.
function answerUnroutable(_error: Error, request: FastifyRequest, reply: FastifyReply): void {
  void reply.header('Request-Id', request.id);
  answerProblem(request, reply, new Problem('not_found', 'No route answers here; /docs lists them.'));
}

/** What Node could not read as a request, on the bare socket. */
function answerUnreadable(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const problem = unreadable(error.code);
  const id = newId();
  const body = JSON.stringify(problemDocument(problem, id));
  const head = [
    `HTTP/1.1 ${problem.status} ${problem.title}`,
    'Connection: close',
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `Request-Id: ${id}`,
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

function unreadable(code: string | undefined): Problem {
  if (code === 'HPE_HEADER_OVERFLOW') return new Problem('headers_too_large', 'Headers may have 16 KB in all.');
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return new Problem(
      'request_timeout',
      `Send the headers within ${HEADERS_TIMEOUT_MS / 1000} s and the rest within ${REQUEST_TIMEOUT_MS / 1000} s.`,
    );
  return new Problem('malformed_request', 'The bytes that came are not an HTTP request.');
}
