import { ADDRESS_REFUSED } from './address.guard';

const WORDS: Record<string, string> = {
  [ADDRESS_REFUSED]: 'address_refused',
  ENOTFOUND: 'name_not_found',
  EAI_AGAIN: 'name_not_found',
  ECONNREFUSED: 'connection_refused',
  ECONNRESET: 'connection_lost',
  EPIPE: 'connection_lost',
  UND_ERR_SOCKET: 'connection_lost',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  ETIMEDOUT: 'timeout',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  HPE_HEADER_OVERFLOW: 'not_http',
  UND_ERR_HEADERS_OVERFLOW: 'not_http',
};

/** One word for why an attempt had no answer. It quotes nothing: a message may hold addresses of our own network. */
export function attemptFault(error: unknown): string {
  const { name = '', code = '' } = error as { name?: string; code?: unknown };
  if (name === 'TimeoutError') return 'timeout';
  if (name === 'AbortError') return 'interrupted';
  if (error instanceof AggregateError && error.errors.length > 0) return attemptFault(error.errors[0]);
  const known = typeof code === 'string' ? code : '';
  if (WORDS[known] !== undefined) return WORDS[known];
  if (/^HPE_/.test(known)) return 'not_http';
  if (/^(ERR_TLS|ERR_SSL|CERT_|DEPTH_|SELF_|UNABLE_|EPROTO)/.test(known)) return 'tls';
  return 'failed';
}
