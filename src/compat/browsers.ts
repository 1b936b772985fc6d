import type { FastifyInstance } from 'fastify';
import { isDropIn } from './faults';

/** How long a browser may remember what it may send: a day. Chromium forgets after two hours in any case. */
const REMEMBER_SECONDS = '86400';
/** What pages may send beside the body. `Authorization` is not read here, but some clients send it with everything. */
const ALLOWED_HEADERS =
  'Accept, Accept-Language, Authorization, Cache-Control, Content-Type, Request-Id, X-Requested-With';

/**
 * Lets pages of any origin call the drop-in API, and nothing else of ours: CinetPay's script posts orders from the shop's
 * page. No cookie is read there, so that an open door lets in nothing that a server could not send as well.
 */
export function openToBrowsers(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    if (!isDropIn(request.url)) return done();
    void reply
      .header('Access-Control-Allow-Origin', '*')
      .header('Access-Control-Expose-Headers', 'Request-Id, Retry-After');
    if (request.method !== 'OPTIONS') return done();
    void reply
      .header('Access-Control-Allow-Methods', 'POST, OPTIONS')
      .header('Access-Control-Allow-Headers', ALLOWED_HEADERS)
      .header('Access-Control-Max-Age', REMEMBER_SECONDS)
      .code(204)
      .send();
  });
}
