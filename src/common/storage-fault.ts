/**
 * What Postgres says in a SQLSTATE when it cannot be used now, by the beginning of the code; the longest that fits counts. The words hold
 * nothing of the error itself. A code that is not here is a fault of ours.
 */
const STATES: Record<string, string> = {
  '08': 'it lost or refused the connection',
  '25006': 'it is read-only',
  '25P03': 'it ended a transaction that stood still',
  '25P04': 'it ended a transaction that took too long',
  '26': 'it has forgotten a prepared statement: a pooler hands its session to others',
  '28': 'it lets our user not in from here',
  '28P01': 'it refuses the user or the password',
  '3D': 'it is not there',
  '3F': 'it has no such schema',
  '40001': 'it gave way to another transaction',
  '40P01': 'it gave way to another transaction',
  '42501': 'it gives our user too few rights',
  '42703': 'it lacks a migration',
  '42P01': 'it lacks a migration',
  '42P05': 'it has a prepared statement of another client: a pooler hands its session to others',
  '53': 'it lacks a resource',
  '53100': 'it has no room left on its disk',
  '53200': 'it has no memory left',
  '53300': 'it has no connection left',
  '55000': 'it cannot do this in its present state',
  '55006': 'it is in use by something that excludes us',
  '55P03': 'it could not get a lock in time',
  '57014': 'it took too long',
  '57P': 'it is starting or stopping',
  '57P05': 'it ended a connection that was idle',
  '58': 'it cannot read or write its files',
  F0: 'it has a faulty configuration file',
  XX: 'it reports damage or an internal fault',
};

/** The same for what comes from the network instead of Postgres. */
const NETWORK: Record<string, string> = {
  ECONNREFUSED: 'nothing listens at its host and port',
  ECONNRESET: STATES['08']!,
  ECONNABORTED: STATES['08']!,
  EPIPE: STATES['08']!,
  ETIMEDOUT: 'its host does not answer',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'its host cannot be looked up now',
  EHOSTUNREACH: 'its host cannot be reached',
  EHOSTDOWN: 'its host cannot be reached',
  ENETUNREACH: 'its host cannot be reached',
  ENETDOWN: 'its host cannot be reached',
  EADDRNOTAVAIL: 'this machine has no port left to reach it',
};

// pg has no codes for these; its messages are stable. The codes are SQLSTATEs that name the same.
const MESSAGES: [RegExp, string, string][] = [
  [/timeout exceeded when trying to connect/, '53300', 'no connection of the pool became free'],
  [/Connection terminated|Client has encountered a connection error|Client was closed/, '08006', STATES['08']!],
  [/Query read timeout/, '57014', 'it did not answer in time'],
  [/the database system is/, '57P03', STATES['57P']!],
  [/Cannot use a pool after calling end/, '08003', 'this process stops'],
  [/^SASL|password must be a string/, '28P01', STATES['28P01']!],
  [/does not support SSL connections/, '08004', 'it does not speak TLS'],
];

// Node's, OpenSSL's words: a certificate that cannot be believed, or no TLS at all.
const TLS = /^(?:ERR_(?:SSL|TLS)_|EPROTO$|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH)/;

/** Why the database cannot be used now. */
export interface StorageFault {
  /** A SQLSTATE, or Node's code. */
  code: string;
  /** What is wrong, after a colon. */
  words: string;
}

const NO_CONNECTION = 'it cannot be connected to';
const UNREACHABLE = Symbol('unreachable');

/** Marks an error as one of opening a connection: whatever it says, the database cannot be used now. */
export function asUnreachable(error: Error): Error {
  return Object.assign(error, { [UNREACHABLE]: true });
}

/** What an error says of the database, if it says that it is away or cannot write now, as opposed to a fault of ours. */
export function storageFaultOf(error: unknown): StorageFault | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, driverError } = error as { code?: unknown; driverError?: unknown };
  if (driverError instanceof Error && driverError !== error) return storageFaultOf(driverError);
  const words = typeof code === 'string' ? wordsOf(code) : undefined;
  if (words !== undefined) return { code: code as string, words };
  const known = MESSAGES.find(([pattern]) => pattern.test(error.message));
  if (known) return { code: known[1], words: known[2] };
  return UNREACHABLE in error ? unreachable(code) : undefined;
}

function unreachable(code: unknown): StorageFault {
  if (typeof code !== 'string') return { code: '08001', words: NO_CONNECTION };
  // Of a Unix socket.
  if (code === 'ENOENT') return { code, words: 'nothing listens at its socket' };
  const words = TLS.test(code) ? 'its certificate is not believed here' : NO_CONNECTION;
  return { code, words };
}

function wordsOf(code: string): string | undefined {
  if (code in NETWORK) return NETWORK[code];
  // A SQLSTATE; a class is two characters.
  if (code.length !== 5) return undefined;
  return STATES[code] ?? STATES[code.slice(0, 3)] ?? STATES[code.slice(0, 2)];
}

/** Whether an error says that the database is away or cannot write now, as opposed to a fault of ours. */
export function isStorageFault(error: unknown): boolean {
  return storageFaultOf(error) !== undefined;
}

/** Whether nothing can be saved until an operator has helped: no room, no right, damaged files. */
export function forbidsSaving(error: unknown): boolean {
  return /^(?:531|58|42501|XX)/.test(storageFaultOf(error)?.code ?? '');
}

/** Whether Postgres says that it undid the transaction for the sake of another (40001, 40P01): what it was to write can be written again. */
export function isRolledBack(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' && code.startsWith('40');
}

/** The constraint that a unique violation (23505) names, or undefined for any other error. */
export function violatedConstraint(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, constraint } = error as { code?: unknown; constraint?: unknown };
  return code === '23505' && typeof constraint === 'string' ? constraint : undefined;
}

/** Whether Postgres was handed a text that it cannot hold (22021): only an address can bring one, as `%00`; bodies are looked through. */
export function isUnstorableText(error: unknown): boolean {
  return error instanceof Error && (error as { code?: unknown }).code === '22021';
}
