import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { readBodies } from './app.bodies';
import { endUnusedConnections } from './app.connections';
import { serveDocumentation } from './app.documentation';
import { setHeaders } from './app.headers';
import { AppModule } from './app.module';
import { keepPrefix } from './app.paths';
import { observe } from './app.observation';
import { answerProblem } from './app.problems';
import { refuseRepeatedHeaders } from './app.repeated-headers';
import { newServer } from './app.server';
import type { CrashPoints } from './common/crash-points';
import { nestStartLogger } from './common/logger';
import { Metrics } from './common/metrics';
import { ProblemFilter } from './common/problem.filter';
import { openToBrowsers } from './compat/browsers';
import type { Config } from './config/config';

/** The application as it runs everywhere, tests included; it does not listen yet. Closing it closes everything it opened. */
export async function createApp(config: Config, crashPoints?: CrashPoints): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.with(config, crashPoints), newServer(config), {
    bodyParser: false,
    logger: nestStartLogger,
    abortOnError: false,
  });
  const fastify = app.getHttpAdapter().getInstance();
  endUnusedConnections(fastify);
  readBodies(fastify);
  setHeaders(fastify, config.publicUrl);
  keepPrefix(fastify, config.publicUrl);
  refuseRepeatedHeaders(fastify);
  openToBrowsers(fastify);
  observe(fastify, app.get(Metrics), config);
  app.useGlobalFilters(new ProblemFilter(answerProblem));
  await serveDocumentation(app);
  return app;
}
