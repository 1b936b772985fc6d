import { Catch } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { logError } from '../common/logger';
import { Problem } from '../common/problem';
import { isStorageFault } from '../common/storage-fault';
import { sendPage } from './page';
import { messagePage } from './pages';
import { languageOf, type Language } from './words';

/** Our choice: what a person waits before trying again. */
const RETRY_SECONDS = 5;

/** Turns what was thrown into a page for a person; the same faults are problem documents on the routes that programs use. */
@Catch()
export class PageFilter implements ExceptionFilter {
  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const language = languageOf(request.headers['accept-language']);
    const page = thrown instanceof Problem ? ofProblem(thrown, language) : ofFault(thrown, request, language);
    sendPage(http.getResponse<FastifyReply>(), page);
  }
}

function ofProblem(problem: Problem, language: Language): ReturnType<typeof messagePage> {
  if (problem.status === 404) return messagePage('unknown', 404, language);
  const { retryAfterSeconds = RETRY_SECONDS } = problem.extras;
  return { ...messagePage('broken', problem.status, language), retryAfterSeconds };
}

function ofFault(fault: unknown, request: FastifyRequest, language: Language): ReturnType<typeof messagePage> {
  logError('page failed', fault, { request_id: request.id, route: request.routeOptions.url });
  return messagePage('broken', isStorageFault(fault) ? 503 : 500, language);
}
