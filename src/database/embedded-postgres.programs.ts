import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EmbeddedPostgresError } from './embedded-postgres.error';
import type { Place } from './embedded-postgres.place';

/** How a program of Postgres ended. */
export interface Ended {
  code: number | null;
  /** The line that says why, as far as there is one. */
  reason: string;
}

/** Runs `initdb` or `pg_ctl` as the user that Postgres runs as. */
export async function runProgram(place: Place, program: 'initdb' | 'pg_ctl', args: string[]): Promise<Ended> {
  // Output goes to a file: a pipe would be held open by the server that pg_ctl leaves behind.
  const outputFile = join(place.home, `${program}.log`);
  const output = openSync(outputFile, 'w', 0o600);
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      const child = spawn(join(place.binaries, 'bin', program), args, {
        ...place.user,
        cwd: place.home,
        // Its own session: Ctrl-C in the terminal reaches only node, which stops Postgres last.
        detached: true,
        env: { LC_ALL: 'C' },
        stdio: ['ignore', output, output],
      });
      child.once('error', (error: NodeJS.ErrnoException) => reject(cannotRun(error, place)));
      child.once('exit', resolve);
    });
    return { code, reason: telling(readFileSync(outputFile, 'utf8')) };
  } finally {
    closeSync(output);
  }
}

/** The last line of a log that names an error, else its last line. */
export function telling(output: string): string {
  const lines = output.trim().split('\n');
  return lines.findLast((line) => /error:|FATAL:|PANIC:/i.test(line)) ?? lines.at(-1) ?? '';
}

function cannotRun(error: NodeJS.ErrnoException, place: Place): EmbeddedPostgresError {
  // The file is there, so what is not found is its loader.
  if (error.code === 'ENOENT')
    return new EmbeddedPostgresError(
      'The embedded Postgres needs glibc, which this system (Alpine?) does not have. Set DATABASE_URL to a Postgres of your own.',
    );
  const as = place.user ? ` as uid ${place.user.uid}` : '';
  return new EmbeddedPostgresError(
    `The embedded Postgres cannot be run${as} (${error.code ?? error.message}). Set DATABASE_URL to a Postgres of your own.`,
  );
}
