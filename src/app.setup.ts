import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { leaveBodiesToGuards } from './app.bodies';
import { serveDocumentation } from './app.documentation';
import { setHeaders } from './app.headers';
import { AppModule } from './app.module';
import { refuseWithoutRoute } from './app.no-route';
import { observe, observeConnections } from './app.observation';
import { keepPrefix } from './app.paths';
import { answerProblem } from './app.problems';
import { warnOfProxies } from './app.proxies';
import { refuseRepeatedHeaders } from './app.repeated-headers';
import { refuseBadRequests } from './app.refusals';
import { newServer } from './app.server';
import { endUnreadRequests } from './app.unread';
import { limitVisitors } from './app.visitors';
import type { CrashPoints } from './common/crash-points';
import { nestStartLogger } from './common/logger';
import { Metrics } from './common/metrics';
import { ProblemFilter } from './common/problem.filter';
import { openToBrowsers } from './compat/browsers';
import { setErrorStatus } from './compat/error-status';
import type { Config } from './config/config';
import { AddressLimits } from './throttling/address.limits';

/** The application as it runs everywhere, tests included; it does not listen yet. Closing it closes everything it opened. */
export async function createApp(config: Config, crashPoints?: CrashPoints): Promise<NestFastifyApplication> {
  const { adapter, connections, refusals } = newServer(config);
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.with(config, crashPoints), adapter, {
    bodyParser: false,
    logger: nestStartLogger,
    abortOnError: false,
  });
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('preClose', (done) => {
    connections.beginDrain();
    connections.endUnused();
    done();
  });
  leaveBodiesToGuards(fastify);
  setHeaders(fastify, config.publicUrl);
  keepPrefix(fastify, config.publicUrl);
  warnOfProxies(fastify, config);
  const limits = app.get(AddressLimits);
  endUnreadRequests(fastify);
  refuseRepeatedHeaders(fastify, limits);
  refuseBadRequests(fastify);
  openToBrowsers(fastify);
  limitVisitors(fastify, limits);
  refuseWithoutRoute(fastify, limits);
  setErrorStatus(fastify, config.dropInErrorStatus);
  observe(fastify, app.get(Metrics), config);
  observeConnections({ connections, refusals }, app.get(Metrics), config);
  app.useGlobalFilters(new ProblemFilter(answerProblem));
  await serveDocumentation(app);
  return app;
}
