import { ConfigFaults } from './config/environment';
import { flushLog, logError, logInfo } from './common/logger';
import { isStorageFault } from './common/storage-fault';
import { EmbeddedPostgresError } from './database/embedded-postgres.error';

/** What runs until it is asked to stop. */
export interface Program {
  stop(): Promise<void>;
}

/** A Ctrl-C comes twice or more often: from the terminal, and from npm, which passes its own on. Two that a person means lie further apart. */
const ONE_SIGNAL_MS = 1_000;

/** A reason not to start, in one line for a person; it holds no secret. */
export class StartRefused extends Error {}

/**
 * Starts a program and stops it on SIGTERM or SIGINT; another one, a second later or more, ends it at once. Whatever keeps it from starting is
 * told in a line each, and the exit code is 1.
 */
export async function runProgram(start: () => Promise<Program>): Promise<void> {
  outliveReaders();
  const starting = start();
  let asked: number | undefined;
  const onSignal = (): void => {
    if (asked !== undefined) return performance.now() - asked < ONE_SIGNAL_MS ? undefined : end(1);
    asked = performance.now();
    logInfo('stopping');
    void starting
      .then((program) => program.stop())
      .then(
        () => end(0),
        (error: unknown) => {
          logError('the stop failed', error);
          end(1);
        },
      );
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, onSignal);
  await starting.catch((error: unknown) => {
    flushLog();
    process.stderr.write(`${linesOf(error).join('\n')}\n`);
    end(1);
  });
}

/** Who reads us may stop before we end, as `| head -1` does: what is written then is lost, and the work goes on. */
export function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
}

function end(code: number): never {
  flushLog();
  process.exit(code);
}

/** What a person has to know about a failed start: no stack where we know the reason. */
export function linesOf(error: unknown): string[] {
  if (error instanceof ConfigFaults) return ['The configuration has faults:', ...error.faults.map((one) => `  ${one}`)];
  if (error instanceof StartRefused || error instanceof EmbeddedPostgresError) return [error.message];
  const { code, message, path } = error as NodeJS.ErrnoException;
  if (code !== undefined && code in MACHINE_FAULTS) return [`${MACHINE_FAULTS[code]} (${code}).`];
  if (path !== undefined && code !== undefined) return [`${path} cannot be used (${code}).`];
  // No such table or column: the command line migrates nothing by itself.
  if (code === '42P01' || code === '42703')
    return ['The database lacks a migration: npm run cli -- migrate, or start the gateway once.'];
  if (code !== undefined && (code in DATABASE_FAULTS || isPostgres(code)))
    return [
      `The database of DATABASE_URL cannot be used: ${DATABASE_FAULTS[code] ?? 'Postgres refuses it'} (${code}).`,
    ];
  if (isStorageFault(error))
    return ['The database of DATABASE_URL cannot be used: what answers there is no Postgres, or nothing does.'];
  return [`It does not start: ${(error as Error).name} ${code ?? message}`, (error as Error).stack ?? ''];
}

/** What a person can do about it is in the words. Neither names nor passwords are: the line may end in a log. */
const DATABASE_FAULTS: Record<string, string> = {
  ECONNREFUSED: 'nothing listens at its host and port',
  ENOTFOUND: 'there is no such host',
  ETIMEDOUT: 'its host does not answer',
  '28P01': 'the user or the password is wrong',
  '28000': 'its user may not connect from here',
  '3D000': 'there is no such database',
  '42501': 'its user may not create tables in it',
  '53300': 'it has no connection left',
  '57P03': 'it is starting or stopping',
};

/** What the machine cannot give, whatever asked for it. */
const MACHINE_FAULTS: Record<string, string> = {
  ENOSPC: 'No space is left on the disk',
  EDQUOT: "This user's share of the disk is used up",
  EMFILE: 'This process may open no more files and connections: raise its limit (ulimit -n)',
  ENFILE: 'This machine can open no more files and connections',
  ENOMEM: 'This machine has no memory left',
};

// SQLSTATE: five capitals and digits; wrong password, no such database, no right.
function isPostgres(code: string | undefined): boolean {
  return code !== undefined && /^(28|3D|42|57|53|08)[0-9A-Z]{3}$/.test(code);
}
