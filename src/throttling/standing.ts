import type { FastifyReply } from 'fastify';
import { Problem } from '../common/problem';

/** How somebody stands against a limit after one more request. */
export interface Standing {
  isAllowed: boolean;
  /** Requests left in this window. */
  remaining: number;
  /** Milliseconds to the window's end. */
  endsInMs: number;
}

/** A limit as the answers tell it. */
export interface Quota {
  limit: number;
  windowSeconds: number;
}

/** The headers of the IETF's draft, on every answer of a limited route. */
export function tellStanding(reply: FastifyReply, { limit, windowSeconds }: Quota, standing: Standing): void {
  const { remaining } = standing;
  void reply.header('RateLimit', `"default";r=${remaining};t=${secondsLeft(standing)}`);
  void reply.header('RateLimit-Policy', `"default";q=${limit};w=${windowSeconds}`);
}

/** What a request that is one too many is answered. */
export function tooMany({ limit, windowSeconds }: Quota, standing: Standing, whose: string): Problem {
  return new Problem(
    'rate_limited',
    `${whose} may send ${limit} requests in ${windowSeconds} s; this one did nothing.`,
    {
      retryAfterSeconds: Math.max(1, secondsLeft(standing)),
    },
  );
}

function secondsLeft({ endsInMs }: Standing): number {
  return Math.max(0, Math.ceil(endsInMs / 1000));
}
