import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { answerProblem } from './app.problems';
import { Problem } from './common/problem';
import type { AddressLimits } from './throttling/address.limits';

const LIMITS = 'addressLimits';

/** Answers where there is no route, before any of the body is read; it counts against the client's address. */
export function refuseWithoutRoute(fastify: FastifyInstance, limits: AddressLimits): void {
  fastify.decorate(LIMITS, limits);
  fastify.addHook('onRequest', (request, reply, done) => {
    if (!request.is404) return done();
    answerNoRoute(request, reply);
  });
}

/** The same for an address that the router cannot read, which no hook sees. @returns what was answered */
export function answerNoRoute(request: FastifyRequest, reply: FastifyReply): Problem {
  const limits = request.server.getDecorator<AddressLimits>(LIMITS);
  const problem = limits.refuse(request, reply, new Problem('not_found', 'No route answers here; /docs lists them.'));
  answerProblem(request, reply, problem);
  return problem;
}
