import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { apiHeaders } from './app.headers';
import { answerProblem } from './app.problems';
import { clientAddress } from './common/client-address';
import { wallClock } from './common/clock';
import { newId } from './common/ids';
import { Problem } from './common/problem';
import { problemDocument } from './common/problem.filter';

/** Seconds a sender may take for the headers, and for the whole request (our choice: ten times a slow phone's). */
export const HEADERS_SECONDS = 10;
export const REQUEST_SECONDS = 20;
/** Most headers of a request (our choice: ten times a browser's). */
const MAX_HEADERS = 500;
/** A sender has so long to read why it was refused before the connection ends under it. */
const LINGER_MS = 1_000;

/** What Node could not read as a request. */
export type ReadError = Error & { code?: string; rawPacket?: unknown };

/** One refused request, for the log and the metrics. */
export type TellRefusal = (requestId: string, problem: Problem, address: string) => void;

/** Answers on the bare socket what never becomes a request, with the headers and the document of every other answer. */
export class Refusals {
  tell: TellRefusal = () => undefined;
  private readonly always: string[];

  constructor(publicUrl: string) {
    this.always = Object.entries(apiHeaders(publicUrl)).map(([name, value]) => `${name}: ${value}`);
  }

  answer(error: ReadError, socket: Socket): void {
    if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
    this.send(unreadable(error), socket);
  }

  /** Node hands over the socket, and does nothing more with it. */
  answerConnect(socket: Socket): void {
    socket.on('error', () => socket.destroy()).resume();
    this.send(new Problem('malformed_request', 'CONNECT is for proxies; this is none.'), socket);
  }

  private send(problem: Problem, socket: Socket): void {
    const id = newId();
    const body = JSON.stringify(problemDocument(problem, id));
    const head = [
      `HTTP/1.1 ${problem.status} ${problem.title}`,
      ...this.always,
      'Content-Type: application/problem+json',
      `Content-Length: ${Buffer.byteLength(body)}`,
      `Request-Id: ${id}`,
      `Date: ${wallClock().toUTCString()}`,
      'Connection: close',
    ];
    socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
    const timer = setTimeout(() => socket.destroy(), LINGER_MS).unref();
    socket.once('close', () => clearTimeout(timer));
    this.tell(id, problem, clientAddress({ ip: socket.remoteAddress }));
  }
}

/** Refuses requests that HTTP does not allow although they can be read. Node would answer some itself, with none of our headers. */
export function refuseBadRequests(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    const problem = faultOf(request);
    if (!problem) return done();
    void reply.header('Connection', 'close');
    answerProblem(request, reply, problem);
  });
}

function faultOf({ raw }: FastifyRequest): Problem | undefined {
  const { headers, httpVersion, rawHeaders } = raw;
  if (headers.host === undefined && httpVersion === '1.1')
    return new Problem('malformed_request', 'HTTP/1.1 needs a Host header.');
  if (headers.expect !== undefined && !/^100-continue$/i.test(headers.expect))
    return new Problem('expectation_failed', 'Expect may be 100-continue and nothing else.');
  if (rawHeaders.length > 2 * MAX_HEADERS)
    return new Problem('headers_too_large', `A request may have ${MAX_HEADERS} headers.`);
  return undefined;
}

function unreadable({ code, rawPacket }: ReadError): Problem {
  if (code === 'HPE_HEADER_OVERFLOW') return new Problem('headers_too_large', 'Headers may have 16 KB in all.');
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return new Problem(
      'request_timeout',
      `Send the headers within ${HEADERS_SECONDS} s and the rest within ${REQUEST_SECONDS} s.`,
    );
  if (rawPacket instanceof Buffer && rawPacket.toString('latin1', 0, 5) === 'PRI *')
    return new Problem('malformed_request', 'Send HTTP/1.1: HTTP/2 ends at the proxy in front.');
  return new Problem('malformed_request', 'The bytes that came are not an HTTP request.');
}
