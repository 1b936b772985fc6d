import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';

const ORIGIN = /^https?:\/\/[^/?#]*/i;
/** Under /v1 an id that is empty must not turn one thing into the list of all: such a path stays as it is, and nothing answers it. */
const EMPTY_ID = /^\/v1\/[^/]+\/(?:\/|$)/;
/** But nothing that is posted to a list has an id. */
const EMPTY_ID_OF_POST = /^\/v1\/[^/]+\/\//;

/**
 * The address that routes are looked up under: repeated slashes are one, and one at the end is none, as CinetPay's own edge takes them. Under
 * `/docs` they stay, because there a browser's next addresses hang on them.
 */
export function routedUrl({ url = '/', method }: Pick<IncomingMessage, 'url' | 'method'>): string {
  const [, path = '', query = ''] = /^([^?#]*)(.*)$/s.exec(url.replace(ORIGIN, '')) ?? [];
  const merged = path.replace(/^\/{2,}/, '/');
  const isKept = (method === 'POST' ? EMPTY_ID_OF_POST : EMPTY_ID).test(merged) || merged.startsWith('/docs/');
  return (isKept ? merged : merged.replace(/\/{2,}/g, '/').replace(/(?<=.)\/$/, '')) + query;
}

/** Behind a proxy that takes the path of PUBLIC_URL away, a `Location` that names one of our routes gets it back. */
export function keepPrefix(fastify: FastifyInstance, publicUrl: string): void {
  const prefix = new URL(publicUrl).pathname.replace(/\/+$/, '');
  if (prefix === '') return;
  fastify.addHook('onSend', (_request, reply, payload, done) => {
    const location = reply.getHeader('location');
    if (typeof location === 'string' && location.startsWith('/v1/')) void reply.header('Location', prefix + location);
    done(null, payload);
  });
}
