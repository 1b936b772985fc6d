import type { FastifyInstance } from 'fastify';
import type { NewServer } from './app.server';
import type { CallerRequest } from './auth/caller';
import { clientAddress, shortened } from './common/client-address';
import { logInfo } from './common/logger';
import type { Metrics } from './common/metrics';
import type { ProblemRequest } from './common/problem-request';
import type { Config } from './config/config';

/** One log line and one measurement per request, when its answer has left. */
export function observe(
  fastify: FastifyInstance,
  metrics: Metrics,
  { logClientAddress }: Pick<Config, 'logClientAddress'>,
): void {
  // Asked while it is open: Node then knows it also when the line is written, of a client that has left by then.
  fastify.server.on('connection', (socket) => void socket.remoteAddress);
  fastify.addHook('onResponse', (request: CallerRequest & ProblemRequest, reply, done) => {
    const { method, caller, problemCode: code } = request;
    const address = clientAddress(request);
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
      client: logClientAddress === 'network' ? shortened(address) : address,
      caller: caller?.name,
      key_id: caller?.keyId,
      code,
    });
    done();
  });
}

/** The same for what never became a request, and the number of connections. */
export function observeConnections(
  { connections, refusals }: Pick<NewServer, 'connections' | 'refusals'>,
  metrics: Metrics,
  { logClientAddress }: Pick<Config, 'logClientAddress'>,
): void {
  metrics.connections(() => connections.count);
  connections.onRefused = (why) => metrics.connectionRefused(why);
  refusals.tell = (request_id, { status, code }, address) => {
    metrics.httpRequest('none', 'none', status, 0);
    const client = logClientAddress === 'network' ? shortened(address) : address;
    logInfo('request', { request_id, method: 'none', route: 'none', status, client, code });
  };
}
