import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { OpenAPIObject } from '@nestjs/swagger';
import { VERSION } from './common/version';

const DESCRIPTION = `Starts CinetPay payments, finds out what became of them, and tells the caller.

Every answer carries a \`Request-Id\`. Errors are \`application/problem+json\` (RFC 9457); \`code\` is the contract, and \`safe_to_retry\`
says what a program may do: send the \`same_request\`, change it into a \`new_request\`, or \`never\`.`;

/** The OpenAPI document of a running application. */
export function documentOf(app: NestFastifyApplication): OpenAPIObject {
  const head = new DocumentBuilder()
    .setTitle('CinetPay payment gateway')
    .setVersion(VERSION)
    .setDescription(DESCRIPTION)
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'An API key: `cpk_…`' }, 'key')
    .addSecurityRequirements('key')
    .build();
  return SwaggerModule.createDocument(app, head);
}

/** Swagger UI at `/docs`, the document at `/openapi.json`, made when first asked for. */
export function serveDocumentation(app: NestFastifyApplication): void {
  let document: OpenAPIObject | undefined;
  SwaggerModule.setup('docs', app, () => (document ??= documentOf(app)), {
    jsonDocumentUrl: 'openapi.json',
    raw: ['json'],
    customSiteTitle: 'CinetPay payment gateway',
    swaggerOptions: { persistAuthorization: true, displayRequestDuration: true },
  });
}
