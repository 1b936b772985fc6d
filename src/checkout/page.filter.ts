import { Catch } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { logError } from '../common/logger';
import { Problem } from '../common/problem';
import { asProblem } from '../common/problem.filter';
import { noteProblem } from '../common/problem-request';
import { sendPage } from './page';
import { messagePage } from './pages';
import { languageOf, type Language } from './words';

/** Our choice: what a person waits at least before trying again. */
const RETRY_SECONDS = 5;

/** Turns what was thrown into a page for a person; the same faults are problem documents on the routes that programs use. */
@Catch()
export class PageFilter implements ExceptionFilter {
  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const language = languageOf(request.headers['accept-language']);
    const problem = asProblem(thrown);
    noteProblem(request, problem);
    if (problem.status >= 500 && !(thrown instanceof Problem))
      logError('page failed', thrown, { request_id: request.id, route: request.routeOptions.url });
    sendPage(http.getResponse<FastifyReply>(), pageOf(problem, language));
  }
}

function pageOf(problem: Problem, language: Language): ReturnType<typeof messagePage> {
  if (problem.status === 404) return messagePage('unknown', 404, language);
  const { retryAfterSeconds = 0 } = problem.extras;
  return {
    ...messagePage('broken', problem.status, language),
    retryAfterSeconds: Math.max(RETRY_SECONDS, retryAfterSeconds),
  };
}
