import { spawnSync } from 'node:child_process';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { EmbeddedPostgresError } from './embedded-postgres.error';

/**
 * Writes down that this process owns the cluster. An owner that was killed is replaced; a living one is respected.
 * @returns how to give it up
 * @throws EmbeddedPostgresError when another process owns it
 */
export function claimOwnership(file: string, dataDir: string): () => void {
  const mine = identity(process.pid);
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, mine, { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < 5; attempt++) {
      // A link appears with its content or not at all: nobody ever reads half a name.
      if (succeeds('EEXIST', () => linkSync(draft, file))) return () => release(file, mine);
      const owner = readOwner(file);
      if (owner === undefined) continue;
      if (isAnotherThatRuns(owner)) throw inUse(dataDir, pidOf(owner));
      takeAway(file, `${draft}.old`, owner);
    }
  } finally {
    rmSync(draft, { force: true });
  }
  throw new EmbeddedPostgresError(`The data folder ${dataDir} is being started by another process.`);
}

function release(file: string, mine: string): void {
  if (readOwner(file) === mine) rmSync(file, { force: true });
}

// Another process may have done the same in between: what is taken away by mistake is put back.
function takeAway(file: string, aside: string, owner: string): void {
  if (!succeeds('ENOENT', () => renameSync(file, aside))) return;
  if (readOwner(aside) !== owner) succeeds('EEXIST', () => linkSync(aside, file));
  rmSync(aside, { force: true });
}

// The same process may start, lose and start it again (its Postgres was killed).
function isAnotherThatRuns(owner: string): boolean {
  const pid = pidOf(owner);
  return pid > 0 && pid !== process.pid && isAlive(pid) && identity(pid) === owner;
}

function inUse(dataDir: string, pid: number): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    `The data folder ${dataDir} is in use by process ${pid}. Stop it, or choose another DATA_DIR.`,
  );
}

function pidOf(owner: string): number {
  return Number(owner.split(' ')[0]);
}

function readOwner(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function succeeds(tolerated: string, action: () => void): boolean {
  try {
    action();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === tolerated) return false;
    throw error;
  }
}

/** Whether a process has ended and its parent has not noticed yet: it still has its pid and takes signals. False where there is no /proc to ask. */
export function isDefunct(pid: number): boolean {
  try {
    return /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isDefunct(pid);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

// A pid comes back with another process; its start time tells them apart.
function identity(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return `${pid} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`;
  } catch {
    const { stdout } = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' });
    return `${pid} ${(stdout ?? '').trim()}`;
  }
}
