import helmet from '@fastify/helmet';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

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

/** Headers of every answer. A page that sets one of its own keeps it. */
export async function setHeaders(app: NestFastifyApplication, publicUrl: string): Promise<void> {
  const https = publicUrl.startsWith('https:');
  await app.register(helmet, {
    // Set below: it depends on the address.
    contentSecurityPolicy: false,
    // Over plain http both would lock people out who try the gateway on their own network.
    strictTransportSecurity: https ? undefined : false,
    // A shop may open the checkout in a window of its own and watch for its end.
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
    xFrameOptions: { action: 'deny' },
  });
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRequest', (request, reply, done) => {
      const docs = request.url === '/docs' || request.url.startsWith('/docs/');
      const policy = docs ? DOCS_POLICY : API_POLICY;
      void reply.header('Request-Id', request.id);
      void reply.header('Content-Security-Policy', https ? `${policy}; upgrade-insecure-requests` : policy);
      done();
    });
}
