import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, getSchemaPath, SwaggerModule } from '@nestjs/swagger';
import type { OpenAPIObject } from '@nestjs/swagger';
import { ProblemDto } from './common/problem.dto';
import { VERSION } from './common/version';
import metadata from './metadata';

const DESCRIPTION = `Starts CinetPay payments, finds out what became of them, and tells the caller.

Every answer carries a \`Request-Id\`. Errors are \`application/problem+json\` (RFC 9457); \`code\` is the contract, and \`safe_to_retry\`
says what a program may do: send the \`same_request\`, change it into a \`new_request\`, or \`never\`.`;

type OperationObject = { responses: Record<string, unknown> };

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
  const head = new DocumentBuilder()
    .setTitle('CinetPay payment gateway')
    .setVersion(VERSION)
    .setDescription(DESCRIPTION)
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'cpk_…', description: 'An API key.' }, 'key')
    .build();
  const document = SwaggerModule.createDocument(app, head, { extraModels: [ProblemDto] });
  for (const operations of Object.values(document.paths)) {
    for (const operation of Object.values(operations) as OperationObject[]) operation.responses.default ??= PROBLEM;
  }
  return document;
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
  // For whoever opens the address that the start prints.
  app
    .getHttpAdapter()
    .getInstance()
    .get('/', (_request, reply) => reply.redirect('/docs'));
  SwaggerModule.setup('docs', app, () => builtOf(app), {
    jsonDocumentUrl: 'openapi.json',
    raw: ['json'],
    customSiteTitle: 'CinetPay payment gateway',
    swaggerOptions: { persistAuthorization: true, displayRequestDuration: true, plugins: [OFFER_NO_TRY_UNDER_V2] },
  });
}
