import type { FastifyRequest } from 'fastify';

/** A request that was answered with a problem, in whatever form: its log line names the code. */
export interface ProblemRequest extends FastifyRequest {
  problemCode?: string;
}

/** Notes for the log what a request was answered with. */
export function noteProblem(request: FastifyRequest, { code }: { code: string }): void {
  (request as ProblemRequest).problemCode = code;
}
