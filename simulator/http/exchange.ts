import type { IncomingMessage, ServerResponse } from 'node:http';

/** Largest body of a payment, a check or a visit to the counter; the gateway's limit is the same. */
const MAX_BODY_BYTES = 65_536;
/** What is taken in of a larger body before the connection is cut. */
const MAX_HEARD_BYTES = 4_194_304;
/** Statuses whose answers have no body. */
const WITHOUT_BODY = [204, 205, 304];

/** One request with the moment it arrived, and the way to answer it. */
export interface Exchange {
  /** ISO 8601 with milliseconds: when the headers had arrived. */
  at: string;
  request: IncomingMessage;
  response: ServerResponse;
  url: URL;
  /** The variable parts of the path, decoded. */
  params: string[];
}

/** What is sent back. */
export interface Reply {
  status: number;
  type: 'json' | 'html' | 'script' | 'text';
  body: string;
  /** CinetPay's code in a JSON body; for the ledger. */
  code: string | null;
  headers?: Record<string, string>;
}

const CONTENT_TYPES: Record<Reply['type'], string> = {
  json: 'application/json',
  html: 'text/html; charset=utf-8',
  script: 'text/javascript; charset=utf-8',
  text: 'text/plain; charset=utf-8',
};

/** The body ended before it was whole. */
export class BrokenBody extends Error {
  constructor(readonly received: Buffer) {
    super('the body was broken off');
  }
}

/** The body is larger than anything that is read there. */
export class BodyTooLarge extends Error {
  constructor(readonly received: Buffer) {
    super('the body is too large');
  }
}

/**
 * Reads the whole body, at most `limit` bytes. More than that is heard out up to a bound, so that the client reads the answer.
 * @throws BrokenBody, BodyTooLarge
 */
export function readBody(request: IncomingMessage, limit = MAX_BODY_BYTES): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const received = (): Buffer => Buffer.concat(chunks);
    const finish = (): void => (size > limit ? reject(new BodyTooLarge(received())) : resolve(received()));
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limit) chunks.push(chunk);
      if (size > MAX_HEARD_BYTES) finish();
    });
    request.on('end', finish);
    request.on('error', () => reject(new BrokenBody(received())));
    request.on('close', () => {
      if (!request.complete) reject(new BrokenBody(received()));
    });
  });
}

/** A body as text; a byte order mark is no part of it. */
export function textOfBody(body: Buffer): string {
  return body.toString('utf8').replace(/^\uFEFF/, '');
}

/** Builds a JSON reply outside CinetPay's own envelopes. */
export function json(status: number, body: unknown, headers?: Record<string, string>): Reply {
  return { status, type: 'json', body: JSON.stringify(body), code: null, headers };
}

/** Builds a page. */
export function page(status: number, body: string, headers?: Record<string, string>): Reply {
  return { status, type: 'html', body, code: null, headers };
}

/** Sends a reply, unless the other side has gone. */
export function send(response: ServerResponse, reply: Reply): void {
  if (response.destroyed || response.headersSent) return;
  const bare = WITHOUT_BODY.includes(reply.status);
  response.writeHead(reply.status, {
    'Content-Type': CONTENT_TYPES[reply.type],
    ...(bare ? {} : { 'Content-Length': Buffer.byteLength(reply.body) }),
    'Cache-Control': 'no-store',
    ...reply.headers,
  });
  response.end(bare ? undefined : reply.body);
}
