import { Catch, HttpException } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { logError } from './logger';
import { Problem } from './problem';
import { isStorageFault, isUnstorableText } from './storage-fault';

/** Answers a request with a problem, in the words that its sender knows. */
export type SendProblem = (request: FastifyRequest, reply: FastifyReply, problem: Problem) => void;

/** The one place that turns what was thrown into an HTTP answer. Nothing of an unexpected error gets out. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly send: SendProblem = sendProblem) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    this.send(request, http.getResponse<FastifyReply>(), problemOf(thrown, request));
  }
}

// What nobody expected is logged.
function problemOf(thrown: unknown, request: FastifyRequest): Problem {
  const problem = asProblem(thrown);
  if (problem.status >= 500 && !(thrown instanceof Problem)) {
    logError('request failed', thrown, { request_id: String(request.id), route: request.routeOptions?.url });
  }
  return problem;
}

/** Sends a problem document. */
export function sendProblem(request: FastifyRequest, reply: FastifyReply, problem: Problem): void {
  const { retryAfterSeconds, location } = problem.extras;
  if (retryAfterSeconds !== undefined) void reply.header('Retry-After', String(retryAfterSeconds));
  if (location !== undefined) void reply.header('Location', location);
  void reply
    .code(problem.status)
    .header('Content-Type', 'application/problem+json')
    .header('Cache-Control', 'no-store')
    .send(problemDocument(problem, String(request.id)));
}

/** The body of an error answer (RFC 9457). */
export function problemDocument(problem: Problem, requestId: string): Record<string, unknown> {
  const { errors, errorsOmitted, transaction_id, cinetpay } = problem.extras;
  return {
    type: `urn:problem:cinetpay-gateway:${problem.code}`,
    title: problem.title,
    status: problem.status,
    detail: problem.detail,
    instance: `urn:request:${requestId}`,
    code: problem.code,
    request_id: requestId,
    errors,
    errors_omitted: errorsOmitted,
    transaction_id,
    cinetpay,
    safe_to_retry: problem.safeToRetry,
  };
}

/** What a request is answered with when this was thrown. */
export function asProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  if (isStorageFault(thrown)) {
    return new Problem('storage_unavailable', 'The database did not answer; the same request can be sent again.', {
      retryAfterSeconds: 2,
    });
  }
  if (isUnstorableText(thrown)) return new Problem('malformed_request', 'The address holds U+0000.');
  const status =
    thrown instanceof HttpException ? thrown.getStatus() : Number((thrown as { statusCode?: unknown })?.statusCode);
  return fromStatus(status);
}

function fromStatus(status: number): Problem {
  switch (status) {
    case 400:
      return new Problem('malformed_json', 'The body could not be read as JSON.');
    case 404:
      return new Problem('not_found', 'No route answers here; /docs lists them.');
    case 405:
      return new Problem('method_not_allowed', 'This route does not answer this method; /docs lists them.');
    case 413:
      return new Problem('payload_too_large', 'A body may have at most 64 KB.');
    case 415:
      return new Problem('unsupported_media_type', 'Send the body with Content-Type: application/json.');
    case 429:
      return new Problem('rate_limited', 'Wait as long as Retry-After says.');
    default:
      return new Problem(
        'internal',
        'The fault is logged under this request_id. Sending the same request again is safe.',
      );
  }
}
