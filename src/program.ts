import { ConfigFaults } from './config/environment';
import { flushLog, logError, logInfo } from './common/logger';
import { storageFaultOf } from './common/storage-fault';
import { DatabaseUnfit } from './database/unfit';
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
 * @param start is told when the process is asked to stop before it has started; it may then end with the signal's reason
 */
export async function runProgram(start: (stopping: AbortSignal) => Promise<Program>): Promise<void> {
  outliveReaders();
  const stopping = new AbortController();
  const starting = start(stopping.signal);
  let asked: number | undefined;
  const onSignal = (): void => {
    if (asked !== undefined) return performance.now() - asked < ONE_SIGNAL_MS ? undefined : end(1);
    asked = performance.now();
    logInfo('stopping');
    stopping.abort();
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
    if (stopping.signal.aborted && error === stopping.signal.reason) end(0);
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
  if (error instanceof DatabaseUnfit)
    return error.faults.map((fault) => `The database of DATABASE_URL cannot be used: ${fault}.`);
  if (error instanceof StartRefused || error instanceof EmbeddedPostgresError) return [error.message];
  const { code, message, path } = error as NodeJS.ErrnoException;
  if (code !== undefined && code in MACHINE_FAULTS) return [`${MACHINE_FAULTS[code]} (${code}).`];
  // No such table or column: the command line migrates nothing by itself.
  if (code === '42P01' || code === '42703')
    return ['The database lacks a migration: npm run cli -- migrate, or start the gateway once.'];
  const fault = storageFaultOf(error);
  if (fault) return [`The database of DATABASE_URL cannot be used: ${fault.words} (${fault.code}).`];
  if (path !== undefined && code !== undefined) return [`${path} cannot be used (${code}).`];
  return [`It does not start: ${(error as Error).name} ${code ?? message}`, (error as Error).stack ?? ''];
}

/** What the machine cannot give, whatever asked for it. */
const MACHINE_FAULTS: Record<string, string> = {
  ENOSPC: 'No space is left on the disk',
  EDQUOT: "This user's share of the disk is used up",
  EMFILE: 'This process may open no more files and connections: raise its limit (ulimit -n)',
  ENFILE: 'This machine can open no more files and connections',
  ENOMEM: 'This machine has no memory left',
};
