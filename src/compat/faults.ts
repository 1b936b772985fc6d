import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FieldFault, Problem, ProblemCode, ProblemExtras } from '../common/problem';
import { envelope, enveloped, type Code, type Envelope } from './envelope';
import { errorStatusOf } from './error-status';
import { wireNameOf } from './names';

/** Whether a request is for the drop-in API, also for what it does not have. */
export function isDropIn(url: string): boolean {
  return /^\/v2(?:[/?]|$)/.test(url);
}

/** Answers with CinetPay's envelope: HTTP 400, or 200 for clients that need it; but 429 and 503 where it is that, and 404 where there is nothing. */
export function sendFault(request: FastifyRequest, reply: FastifyReply, problem: Problem): void {
  const { retryAfterSeconds } = problem.extras;
  if (retryAfterSeconds !== undefined) void reply.header('Retry-After', String(retryAfterSeconds));
  const code = codeOf(problem.kind);
  reply.removeHeader('WWW-Authenticate');
  void reply
    .header('Access-Control-Allow-Origin', '*')
    .code(STATUSES[code] ?? errorStatusOf(request))
    .header('Content-Type', 'application/json; charset=utf-8')
    .header('Cache-Control', 'no-store')
    .send(faultOf(problem, code));
}

/** The answers whose HTTP status is always the same. 503 also for a fault of ours: CinetPay's clients know no other "not now". */
const STATUSES: Partial<Record<Code, number>> = { '404': 404, '429': 429, '603': 503, '624': 503 };

// Most often it is still CinetPay's own.
const NO_KEY = 'The apikey is none of this gateway (cpk_...), or it was revoked';

function codeOf(kind: ProblemCode): Code {
  switch (kind) {
    case 'unauthorized':
    case 'forbidden':
      return '609';
    case 'site_unknown':
    case 'site_ambiguous':
    case 'site_not_allowed':
    case 'seamless_not_allowed':
      return '613';
    case 'not_found':
    case 'method_not_allowed':
    case 'position_gone':
      return '404';
    case 'rate_limited':
      return '429';
    case 'backlog_full':
    case 'site_paused':
    case 'not_ready':
    case 'storage_unavailable':
      return '603';
    case 'internal':
      return '624';
    case 'validation_failed':
    case 'malformed_json':
    case 'malformed_request':
    case 'request_timeout':
    case 'transaction_id_reused':
    case 'transaction_id_taken':
    case 'order_already_open':
    case 'order_already_paid':
    case 'conflict':
    case 'payload_too_large':
    case 'unsupported_media_type':
    case 'idempotency_key_reused':
    case 'cinetpay_rejected':
    case 'cinetpay_currency':
    case 'cinetpay_misconfigured':
    case 'link_lost':
    case 'no_site_for_currency':
    case 'site_currency_mismatch':
    case 'headers_too_large':
    case 'expectation_failed':
      return '608';
  }
}

function faultOf({ kind, detail, extras }: Problem, code: Code): Envelope {
  const { cinetpay } = extras;
  if (kind === 'unauthorized') return envelope(code, { description: NO_KEY });
  if (!cinetpay) return envelope(code, { description: sentences(extras) ?? detail });
  // CinetPay's 609 and 613 are about the gateway's own credentials: those of the client are right.
  const isOurs = kind === 'cinetpay_misconfigured';
  const { code: said, message, description } = cinetpay;
  return enveloped({ code: said, message, description: isOurs ? detail : description || detail });
}

function sentences({ errors = [], errorsOmitted }: ProblemExtras): string | undefined {
  if (errors.length === 0) return undefined;
  const more = errorsOmitted === undefined ? [] : [`and ${errorsOmitted} more`];
  return [...errors.map(sentence), ...more].join('; ');
}

function sentence({ pointer, detail }: FieldFault): string {
  return `${wireNameOf(pointer)} ${detail}`;
}
