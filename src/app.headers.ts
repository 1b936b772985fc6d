import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import helmet from 'helmet';
import { permissionsOf } from './checkout/policy';

/** An answer of the API is data: a browser that shows it runs nothing. */
const API_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
/** Swagger UI brings its scripts from here, its styles inline and its pictures as data. */
const DOCS_POLICY = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "object-src 'none'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

/** An answer may hold what only its reader may know. Swagger UI's files, which hold nothing, say otherwise themselves. */
const NO_STORE = { 'Cache-Control': 'no-store' };

/** Headers of an answer of the API: also of one that no route gives. */
export function apiHeaders(publicUrl: string): Record<string, string> {
  const https = publicUrl.startsWith('https:');
  return { ...alwaysOver(https), 'Content-Security-Policy': policyOver(https, API_POLICY) };
}

function alwaysOver(https: boolean): Record<string, string> {
  return { ...helmetHeaders(https), ...NO_STORE };
}

function policyOver(https: boolean, policy: string): string {
  return https ? `${policy}; upgrade-insecure-requests` : policy;
}

/** Headers of every answer. A page that sets one of its own keeps it. */
export function setHeaders(app: FastifyInstance, publicUrl: string): void {
  const https = publicUrl.startsWith('https:');
  const always = alwaysOver(https);
  app.addHook('onRequest', (request, reply, done) => {
    const docs = request.url === '/docs' || request.url.startsWith('/docs/');
    const policy = docs ? DOCS_POLICY : API_POLICY;
    void reply.headers(always).header('Request-Id', request.id);
    void reply.header('Content-Security-Policy', policyOver(https, policy));
    if (docs) void reply.header('Permissions-Policy', permissionsOf({}));
    done();
  });
}

// Asked once: they are the same for every answer, and set one by one on Node's response they are checked twice for each.
function helmetHeaders(https: boolean): Record<string, string> {
  const answer = new ServerResponse(new IncomingMessage(new Socket()));
  const set = helmet({
    // Set above: it depends on the address.
    contentSecurityPolicy: false,
    // Over plain http both would lock people out who try the gateway on their own network.
    strictTransportSecurity: https ? undefined : false,
    // A shop may open the checkout in a window of its own and watch for its end.
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
    xFrameOptions: { action: 'deny' },
  });
  set(answer.req, answer, () => undefined);
  return answer.getHeaders() as Record<string, string>;
}
