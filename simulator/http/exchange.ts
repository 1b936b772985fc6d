import type { IncomingMessage, ServerResponse } from 'node:http';

/** A body larger than this is nobody's payment. */
const MAX_BODY_BYTES = 1_048_576;

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

/** The body ended before it was whole, or was too large. */
export class BrokenBody extends Error {
  constructor(readonly received: string) {
    super('the body was broken off');
  }
}

/** Reads the whole body as UTF-8. */
export function readBody(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const text = (): string => Buffer.concat(chunks).toString('utf8');
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAX_BODY_BYTES) reject(new BrokenBody(text()));
      else chunks.push(chunk);
    });
    request.on('end', () => resolve(text()));
    request.on('error', () => reject(new BrokenBody(text())));
    request.on('close', () => {
      if (!request.complete) reject(new BrokenBody(text()));
    });
  });
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
  response.writeHead(reply.status, {
    'Content-Type': CONTENT_TYPES[reply.type],
    'Content-Length': Buffer.byteLength(reply.body),
    'Cache-Control': 'no-store',
    ...reply.headers,
  });
  response.end(reply.body);
}
