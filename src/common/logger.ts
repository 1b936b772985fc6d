import type { LoggerService } from '@nestjs/common';
import pino from 'pino';
import type { Logger as Pino } from 'pino';
import { storageFaultOf } from './storage-fault';

/**
 * The service's log: one JSON line each, written in blocks. Lines are built field by field from an allow-list at the
 * place that logs; there is no call that takes a request, a row or an error object whole, so no secret can ride along.
 */
let root: Pino = pino({ level: 'info', base: undefined, timestamp: pino.stdTimeFunctions.isoTime });
let flush = (): void => {};

interface Destination {
  write(line: string): void;
  flushSync?(): void;
}

/** Bytes that wait for a reader who is slow or gone; what is more is lost (our choice: some 30,000 lines). */
const UNREAD_LIMIT = 8_000_000;

/** Sets the level once at start, `silent` in most tests. @param destination takes the lines; tests that read them have one of their own */
export function configureLogger(level: string, destination: Destination = standardOutput()): void {
  flush = () => {
    try {
      destination.flushSync?.();
    } catch {
      // The stream may not be open yet when a start fails at once; there is nothing to flush then.
    }
  };
  root = pino({ level, base: undefined, timestamp: pino.stdTimeFunctions.isoTime }, destination);
}

// A log never ends a payment service: while the disk is full the lines wait and are tried again, and the process ends without them.
function standardOutput(): Destination {
  const buffering = { minLength: 4096, maxLength: UNREAD_LIMIT, periodicFlush: 100 };
  const output = pino.destination({ dest: 1, sync: false, ...buffering });
  let isStuck = false;
  output.on('error', () => (isStuck = true));
  output.on('write', () => (isStuck = false));
  // pino calls it at the exit too, and it tries for ever what cannot be written.
  const flushSync = output.flushSync.bind(output);
  output.flushSync = () => (isStuck ? undefined : flushSync());
  return output;
}

/** Writes out what is buffered; called before the process ends. */
export function flushLog(): void {
  flush();
}

/** What a log line may carry. Add a field here and think about what its values can contain. */
export interface LogFields {
  request_id?: string;
  method?: string;
  /** The route's pattern, not the address: an address may hold an id or a token. */
  route?: string;
  status?: number;
  duration_ms?: number;
  /** The client's address, or its network where LOG_CLIENT_ADDRESS says so. */
  client?: string;
  caller?: string;
  /** The API key's public id. */
  key_id?: string;
  transaction_id?: string;
  site_id?: string;
  operation?: string;
  outcome?: string;
  code?: string;
  api_response_id?: string;
  from?: string;
  to?: string;
  count?: number;
  delay_ms?: number;
  endpoint_id?: string;
  delivery_id?: string;
  reason?: string;
  error?: string;
  stack?: string;
}

export function logInfo(message: string, fields: LogFields = {}): void {
  root.info(fields, message);
}

export function logWarn(message: string, fields: LogFields = {}): void {
  root.warn(fields, message);
}

/**
 * Logs what kind of error it was and where, never its properties: those hold queries, parameters and request bodies. Where
 * nothing was thrown, `error` is undefined.
 */
export function logError(message: string, error: unknown, fields: LogFields = {}): void {
  root.error({ ...fields, ...known(error) }, message);
}

/** What was lost and its code, where an error says that the database is away. */
export function storageFields(error: unknown): LogFields {
  const fault = storageFaultOf(error);
  return fault ? { error: `database ${fault.code}`, reason: fault.words } : {};
}

function known(error: unknown): LogFields {
  if (error === undefined) return {};
  return { ...kindOf(error), ...storageFields(error) };
}

function kindOf(error: unknown): LogFields {
  return error instanceof Error ? { error: errorName(error), stack: frames(error) } : { error: typeof error };
}

function errorName(error: Error): string {
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' ? `${error.name} ${code}` : error.name;
}

// The message line of a stack may quote customer data (a driver's "invalid input syntax … value"): only frames are kept.
function frames(error: Error): string {
  return (error.stack ?? '')
    .split('\n')
    .filter((line) => line.trimStart().startsWith('at '))
    .slice(0, 8)
    .join('\n');
}

/** Nest's own messages, at debug level but for warnings and errors. */
export const nestLogger: LoggerService = {
  log: (message: unknown) => root.debug(String(message)),
  error: (message: unknown) => root.error(String(message)),
  warn: (message: unknown) => root.warn(String(message)),
  debug: (message: unknown) => root.trace(String(message)),
  verbose: (message: unknown) => root.trace(String(message)),
};

/** The same during a start: what keeps it from succeeding Nest throws as well, and it is told in a line for a person. */
export const nestStartLogger: LoggerService = {
  ...nestLogger,
  error: (message: unknown) => root.debug(String(message)),
};
