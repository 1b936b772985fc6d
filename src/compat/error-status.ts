import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { CallerRequest } from '../auth/caller';
import type { ErrorStatus } from '../config/config';

const NAME = 'dropInErrorStatus';

/** Sets the HTTP status of errors for requests whose key says nothing of it, or that have none. */
export function setErrorStatus(fastify: FastifyInstance, status: ErrorStatus): void {
  fastify.decorate(NAME, status);
}

/** The HTTP status of an error of the drop-in API that is no 404, 429 or 503. */
export function errorStatusOf(request: FastifyRequest): ErrorStatus {
  const { caller, server } = request as CallerRequest & { server: { [NAME]?: ErrorStatus } };
  return caller?.errorStatus ?? server[NAME] ?? 400;
}
