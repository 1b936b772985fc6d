import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { answerProblem } from './app.problems';
import { NOTIFICATION_ROUTE } from './common/notification-request';
import { Problem } from './common/problem';
import type { AddressLimits } from './throttling/address.limits';

/** What we read as one value. Of two Node takes the first or joins them, a proxy may take the last. */
const SINGLE: ReadonlySet<string> = new Set([
  ...['authorization', 'content-length', 'content-type', 'expect', 'host'],
  ...['idempotency-key', 'origin', 'request-id', 'sec-fetch-dest', 'access-control-request-method'],
]);

/**
 * Refuses a request that has a header twice which must be single: 400 on every route. Only a notification is kept, whatever it
 * comes with; an `x-token` that comes twice verifies nothing.
 */
export function refuseRepeatedHeaders(fastify: FastifyInstance, limits: AddressLimits): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    const name = repeatedHeader(request.raw);
    if (name === undefined || isNotification(request)) return done();
    const problem = new Problem('malformed_request', `The header ${name} came twice; send it once.`);
    answerProblem(request, reply, limits.refuse(request, reply, problem));
  });
}

function isNotification({ method, routeOptions: { url } }: FastifyRequest): boolean {
  return method === 'POST' && url === NOTIFICATION_ROUTE;
}

/** The name of a header that must be single and is not, as it was written. */
function repeatedHeader({ rawHeaders, headers }: IncomingMessage): string | undefined {
  // Most requests have each name once; then nothing has to be compared.
  if (Object.keys(headers).length * 2 === rawHeaders.length) return undefined;
  const seen = new Set<string>();
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!.toLowerCase();
    if (seen.has(name)) return rawHeaders[at];
    if (SINGLE.has(name)) seen.add(name);
  }
  return undefined;
}
