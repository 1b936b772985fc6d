import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { parseJson } from './common/body-text';
import { NOTIFICATION_ROUTE, type NotificationRequest, type RawNotification } from './common/notification-request';
import { Problem } from './common/problem';
import { parseDropInBody } from './compat/bodies';
import { isDropIn } from './compat/faults';

/** Largest body we read (our choice; the largest order is below 10 KB). */
export const BODY_LIMIT = 64 * 1024;
/** Of a notification we keep this much. */
export const NOTIFICATION_LIMIT = 16 * 1024;
/** What is not kept is read on to here, so that its sender can take our answer; then the connection ends with it. */
const PATIENCE_BYTES = 1024 * 1024;

/**
 * Reads bodies: JSON, forms where CinetPay's clients post them, and whatever it is at the notification route, which refuses
 * nothing. What a customer's browser posts to the checkout is not even looked at.
 */
export function readBodies(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  for (const contentType of ['application/json', '*']) {
    fastify.addContentTypeParser(contentType, async (request: NotificationRequest, payload: IncomingMessage) => {
      if (request.rawNotification) return readNotification(payload, request.rawNotification);
      if (isCheckout(request)) return ignoreBody(payload);
      if (isDropIn(request.url)) return parseDropInBody(await readText(payload), request.headers['content-type']);
      if (contentType !== 'application/json')
        throw new Problem('unsupported_media_type', 'Send the body with Content-Type: application/json.');
      return parseJson(await readText(payload));
    });
  }
  fastify.addHook('onRequest', (request: NotificationRequest, _reply, done) => {
    if (request.method === 'POST' && request.routeOptions.url === NOTIFICATION_ROUTE) markNotification(request);
    // Not even a content type that cannot be read may keep a customer from coming back.
    if (isCheckout(request)) delete request.raw.headers['content-type'];
    done();
  });
}

// Without its content type a notification comes to the parser of everything, even when that type cannot be read.
function markNotification(request: NotificationRequest): void {
  const contentType = request.raw.headers['content-type'] ?? null;
  request.rawNotification = { body: Buffer.alloc(0), truncated: false, contentType };
  delete request.raw.headers['content-type'];
}

function isCheckout({ routeOptions: { url = '' } }: FastifyRequest): boolean {
  return url.startsWith('/checkout/');
}

async function ignoreBody(payload: IncomingMessage): Promise<void> {
  await collect(payload, 0, PATIENCE_BYTES);
}

async function readText(payload: IncomingMessage): Promise<Buffer> {
  const isAnnounced = Number(payload.headers['content-length'] ?? 0) > BODY_LIMIT;
  const read = isAnnounced ? undefined : await collect(payload, BODY_LIMIT, BODY_LIMIT);
  if (read && !read.cut) return read.bytes;
  throw new Problem('payload_too_large', `A body may have at most ${BODY_LIMIT / 1024} KB.`);
}

async function readNotification(payload: IncomingMessage, raw: RawNotification): Promise<void> {
  const { bytes, cut } = await collect(payload, NOTIFICATION_LIMIT, PATIENCE_BYTES);
  raw.body = bytes;
  raw.truncated = cut;
}

/** Keeps the first `keep` bytes and stops listening after `patience`. Not an async iterator: leaving one early ends the socket. */
function collect(payload: IncomingMessage, keep: number, patience: number): Promise<{ bytes: Buffer; cut: boolean }> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let kept = 0;
    let seen = 0;
    const onData = (chunk: Buffer): void => {
      seen += chunk.length;
      if (kept < keep) chunks.push(chunk.subarray(0, keep - kept));
      kept = Math.min(keep, seen);
      if (seen > patience) finish();
    };
    const finish = (): void => {
      stopListening();
      resolve({ bytes: Buffer.concat(chunks), cut: seen > keep });
    };
    const onBroken = (): void => {
      stopListening();
      reject(new Problem('malformed_request', 'The body ended before it was whole.'));
    };
    const stopListening = (): void => {
      payload.off('data', onData).off('end', finish).off('error', onBroken).off('close', onBroken);
      payload.on('error', () => undefined);
    };
    payload.on('data', onData).once('end', finish).once('error', onBroken).once('close', onBroken);
  });
}
