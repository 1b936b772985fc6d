/** SQLSTATE classes that say "not now" rather than "never": connection, resources, shutdown, recovery, read-only, a transaction or a statement that took too long. */
const UNAVAILABLE = /^(08|53|57P|58|57014|25006|25P03|40001|40P01|55000|55P03)/;
const SOCKET_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'EAI_AGAIN',
]);
// pg has no codes for these; its messages are stable.
const MESSAGES =
  /timeout exceeded when trying to connect|Connection terminated|Query read timeout|Client has encountered a connection error|the database system is|Cannot use a pool after calling end/;

/** Whether an error says that the database is away or cannot write now, as opposed to a fault of ours. */
export function isStorageFault(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, driverError } = error as { code?: unknown; driverError?: unknown };
  if (driverError instanceof Error && driverError !== error) return isStorageFault(driverError);
  if (typeof code === 'string' && (UNAVAILABLE.test(code) || SOCKET_CODES.has(code))) return true;
  return MESSAGES.test(error.message);
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
