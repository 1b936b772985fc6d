import { writeFileSync } from 'node:fs';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { documentOf } from './app.documentation';
import { AppModule } from './app.module';
import { loadSandboxConfig, STAND_INS } from './sandbox.config';

/** Writes docs/openapi.json. In preview Nest knows every route and makes nothing: no database is needed. */
async function main(): Promise<void> {
  const module = AppModule.with(loadSandboxConfig({}, STAND_INS));
  const app = await NestFactory.create<NestFastifyApplication>(module, new FastifyAdapter(), {
    preview: true,
    logger: ['error'],
  });
  writeFileSync('docs/openapi.json', JSON.stringify(await documentOf(app), undefined, 2));
}

void main();
