import type { FastifyInstance } from 'fastify';
import type { CallerRequest } from './auth/caller';
import { logInfo } from './common/logger';
import type { Metrics } from './common/metrics';

/** One log line and one measurement per request, when its answer has left. */
export function observe(fastify: FastifyInstance, metrics: Metrics): void {
  fastify.addHook('onResponse', (request: CallerRequest, reply, done) => {
    const { method, caller } = request;
    // The pattern, never the address: that may hold an id or a token.
    const route = request.routeOptions.url ?? 'none';
    const status = reply.statusCode;
    metrics.httpRequest(route, method, status, reply.elapsedTime / 1000);
    logInfo('request', {
      request_id: request.id,
      method,
      route,
      status,
      duration_ms: Math.round(reply.elapsedTime * 10) / 10,
      caller: caller?.name,
    });
    done();
  });
}
