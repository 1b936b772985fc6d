import type { FastifyInstance, FastifyRequest } from 'fastify';
import { answerProblem } from './app.problems';
import { clientOf } from './common/client-address';
import { NOTIFICATION_ROUTE } from './common/notification-request';
import { VISITOR_QUOTA, type AddressLimits } from './throttling/address.limits';
import { tooMany } from './throttling/standing';

/** Routes with a limit of their own, and those that have none: a probe, a ping or a notification that got 429 would do harm. */
const OTHERS = /^\/(?:v1|v2|checkout|health)(?:\/|$)/;

/**
 * Limits per address what asks for no key and is no part of a payment: the documentation, the metrics, and what no route answers.
 * Such a request is cheap, a flood of them is not.
 */
export function limitVisitors(fastify: FastifyInstance, { visitors }: AddressLimits): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    if (!isVisit(request)) return done();
    const standing = visitors.count(clientOf(request));
    if (standing.isAllowed) return done();
    answerProblem(request, reply, tooMany(VISITOR_QUOTA, standing, 'An address'));
  });
}

// Routes are known by their pattern; what has none counts whatever it looks like.
function isVisit({ routeOptions: { url } }: FastifyRequest): boolean {
  return url === undefined || (url !== NOTIFICATION_ROUTE && !OTHERS.test(url));
}
