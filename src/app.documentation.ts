import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, getSchemaPath, SwaggerModule } from '@nestjs/swagger';
import type { OpenAPIObject } from '@nestjs/swagger';
import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify';
import { Problem } from './common/problem';
import { ProblemDto } from './common/problem.dto';
import { VERSION } from './common/version';
import metadata from './metadata';

const DESCRIPTION = `Starts CinetPay payments, finds out what became of them, and tells the caller.

Every answer carries a \`Request-Id\`. Errors are \`application/problem+json\` (RFC 9457); \`code\` is the contract, and \`safe_to_retry\`
says what a program may do: send the \`same_request\`, change it into a \`new_request\`, or \`never\`.`;

type OperationObject = { responses: Record<string, unknown>; tags?: string[] };

/** The parts of the API in the order in which an integrator needs them. */
const TAGS: Record<string, string> = {
  payments: 'Start payments and find out what became of them.',
  checkout: 'What a page may ask while a customer pays.',
  events: 'What happened to your payments, as a feed.',
  webhooks: 'The same, posted to your URLs.',
  'drop-in': "CinetPay's own contract, for clients that were written for it.",
  sites: 'For operators: the CinetPay accounts and their pauses.',
};

const PROBLEM = {
  description: 'Anything else: why not, and what to do.',
  content: { 'application/problem+json': { schema: { $ref: getSchemaPath(ProblemDto) } } },
};

/** The OpenAPI document of an application. */
export async function documentOf(app: NestFastifyApplication): Promise<OpenAPIObject> {
  await SwaggerModule.loadPluginMetadata(metadata);
  return builtOf(app);
}

function builtOf(app: NestFastifyApplication): OpenAPIObject {
  const builder = new DocumentBuilder();
  for (const [name, description] of Object.entries(TAGS)) builder.addTag(name, description);
  const head = builder
    .setTitle('CinetPay payment gateway')
    .setVersion(VERSION)
    .setDescription(DESCRIPTION)
    // Relative to the document and to the page: prefix and origin are those that their reader used.
    .addServer('./')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'cpk_…', description: 'An API key.' }, 'key')
    .build();
  const document = SwaggerModule.createDocument(app, head, { extraModels: [ProblemDto] });
  document.paths = inOrderOfUse(document.paths);
  for (const operations of Object.values(document.paths)) {
    for (const operation of Object.values(operations) as OperationObject[]) operation.responses.default ??= PROBLEM;
  }
  return document;
}

function inOrderOfUse(paths: OpenAPIObject['paths']): OpenAPIObject['paths'] {
  const order = Object.keys(TAGS);
  const place = (operations: object): number =>
    order.indexOf((Object.values(operations) as OperationObject[])[0]?.tags?.[0] ?? '');
  return Object.fromEntries(Object.entries(paths).sort(([, a], [, b]) => place(a) - place(b)));
}

// A key in the body is none that "Authorize" could fill in, and a try of the example as it stands would fail. Runs in the browser.
const OFFER_NO_TRY_UNDER_V2 = {
  statePlugins: {
    spec: {
      wrapSelectors: { allowTryItOutFor: () => (_state: unknown, path: string) => !path.startsWith('/v2/') },
    },
  },
};

/** Swagger UI at `/docs`, the document at `/openapi.json`; it is built when the first reader comes, not while others wait for the start. */
export async function serveDocumentation(app: NestFastifyApplication): Promise<void> {
  await SwaggerModule.loadPluginMetadata(metadata);
  const fastify: FastifyInstance = app.getHttpAdapter().getInstance();
  // For those who open the address that the start prints; relative, so that a prefix stays.
  fastify.get('/', (_request, reply) => reply.redirect('./docs'));
  fastify.addHook('onRoute', (route) => {
    if (route.url === '/docs') route.onSend = tellTelephones;
    // Under any other address of the page its own links and those of the document would lead elsewhere.
    if (route.url === '/docs/' || route.url === '/docs/index.html')
      route.handler = (_request, reply) => reply.redirect('../docs');
    if (route.url === '/docs/*') route.errorHandler = refuseFile;
  });
  SwaggerModule.setup('docs', app, () => builtOf(app), {
    jsonDocumentUrl: 'openapi.json',
    raw: ['json'],
    customSiteTitle: 'CinetPay payment gateway',
    // A key is forgotten when the page is left: persistAuthorization would keep it in the browser.
    swaggerOptions: { persistAuthorization: false, displayRequestDuration: true, plugins: [OFFER_NO_TRY_UNDER_V2] },
  });
}

// An address that no file can have, or that leads out of the folder, is one where there is nothing.
function refuseFile(error: FastifyError): void {
  throw (error.statusCode ?? 500) < 500 ? new Problem('not_found', 'Swagger UI has no such file.') : error;
}

// Swagger UI fits narrow screens, but its page does not say so.
async function tellTelephones(_request: unknown, _reply: FastifyReply, page: unknown): Promise<unknown> {
  const viewport = '<meta name="viewport" content="width=device-width, initial-scale=1">';
  return Promise.resolve(typeof page === 'string' ? page.replace('<title>', `${viewport}\n  <title>`) : page);
}
