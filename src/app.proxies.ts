import type { FastifyInstance } from 'fastify';
import { logWarn } from './common/logger';
import type { Config } from './config/config';

/** Warns, once, where a proxy seems to stand in front and the configuration believes none: all clients behind it are one address. */
export function warnOfProxies(fastify: FastifyInstance, { trustProxyHops }: Config): void {
  if (trustProxyHops > 0) return;
  let hasWarned = false;
  fastify.addHook('onRequest', ({ raw }, _reply, done) => {
    if (!hasWarned && raw.headers['x-forwarded-for'] !== undefined) {
      hasWarned = true;
      logWarn('X-Forwarded-For arrives and TRUST_PROXY_HOPS is 0: all clients behind a proxy count as one address');
    }
    done();
  });
}
