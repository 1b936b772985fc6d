import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { EmbeddedPostgresError } from './embedded-postgres.error';

/**
 * Writes down that this process owns the cluster. An owner that was killed is replaced; a living one is respected.
 * @returns how to give it up
 * @throws EmbeddedPostgresError when another process owns it
 */
export function claimOwnership(file: string, dataDir: string): () => void {
  const mine = identity(process.pid);
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      writeFileSync(file, mine, { flag: 'wx', mode: 0o600 });
      return () => rmSync(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const owner = readFileSync(file, 'utf8');
    const pid = Number(owner.split(' ')[0]);
    // The same process may start, lose and start it again (its Postgres was killed).
    if (pid !== process.pid && isAlive(pid) && identity(pid) === owner) {
      throw new EmbeddedPostgresError(
        `The data folder ${dataDir} is in use by process ${pid}. Stop it, or choose another DATA_DIR.`,
      );
    }
    rmSync(file, { force: true });
  }
  throw new EmbeddedPostgresError(`The data folder ${dataDir} is being started by another process.`);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

// A pid comes back with another process; its start time tells them apart where /proc can say it.
function identity(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return `${pid} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`;
  } catch {
    return String(pid);
  }
}
