import type { IncomingMessage } from 'node:http';
import { Injectable } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import { parseJson } from './common/body-text';
import { NOTIFICATION_ROUTE, type NotificationRequest } from './common/notification-request';
import { Problem } from './common/problem';
import { bodyOf, hasBody, hideBody, type BodyRequest } from './common/request-body';
import { readDropInBody } from './compat/bodies';
import { isDropIn } from './compat/faults';

/** Of a notification we keep this much. */
export const NOTIFICATION_LIMIT = 16 * 1024;
/** What is not kept is read on to here, so that its sender can take our answer; then the connection ends with it. */
export const PATIENCE_BYTES = 1024 * 1024;

const JSON_TYPE = /^\s*application\/json\s*(?:;|$)/i;

/**
 * Keeps bodies from the framework, which would read them, or answer 415, before the first guard has asked whose they are. Its parsers also
 * cost more per request than reading and parsing an order.
 */
export function leaveBodiesToGuards(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  fastify.addHook('onRequest', (request: BodyRequest, _reply, done) => {
    request.contentType = hideBody(request.raw);
    done();
  });
}

/**
 * The last guard: reads the body, now that its sender is let in. JSON, forms where CinetPay's clients post them, and whatever it
 * is at the notification route, which refuses nothing. What a customer's browser posts to the checkout is not even looked at.
 */
@Injectable()
export class BodyGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const request = context.switchToHttp().getRequest<BodyRequest & NotificationRequest>();
    if (request.method === 'GET' || request.method === 'HEAD') return true;
    return this.read(request);
  }

  private async read(request: BodyRequest & NotificationRequest): Promise<boolean> {
    const { url = '' } = request.routeOptions;
    if (url === NOTIFICATION_ROUTE) await keepNotification(request);
    else if (url.startsWith('/checkout/')) await collect(request.raw, 0, PATIENCE_BYTES);
    else if (isDropIn(request.url)) await readDropInBody(request);
    else if (request.contentType !== undefined || hasBody(request.raw)) request.body = await readJson(request);
    return true;
  }
}

async function readJson(request: BodyRequest): Promise<unknown> {
  if (!JSON_TYPE.test(request.contentType ?? ''))
    throw new Problem('unsupported_media_type', 'Send the body with Content-Type: application/json.');
  return parseJson(await bodyOf(request).readWhole());
}

async function keepNotification(request: BodyRequest & NotificationRequest): Promise<void> {
  const { bytes, cut } = await collect(request.raw, NOTIFICATION_LIMIT, PATIENCE_BYTES);
  request.rawNotification = { body: bytes, truncated: cut, contentType: request.contentType ?? null };
}

/** Keeps the first `keep` bytes and stops listening after `patience`. Not an async iterator: leaving one early ends the socket. */
function collect(payload: IncomingMessage, keep: number, patience: number): Promise<{ bytes: Buffer; cut: boolean }> {
  if (!hasBody(payload)) return Promise.resolve({ bytes: Buffer.alloc(0), cut: false });
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
    // Its sender may have left before it was its turn.
    if (payload.destroyed) return onBroken();
    payload.on('data', onData).once('end', finish).once('error', onBroken).once('close', onBroken);
  });
}
