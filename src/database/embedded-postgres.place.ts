import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, chmodSync, chownSync, constants, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { binariesVersion, copyBinaries, installedBinaries, linkLibraries } from './embedded-postgres.binaries';
import { EmbeddedPostgresError } from './embedded-postgres.error';

/** Where another user can reach what lies in a folder that only root may enter. */
const SHARED_HOME = '/var/lib/cinetpay-gateway';

/** Postgres refuses to run as root: whom it runs as then. */
export interface LoweredUser {
  uid: number;
  gid: number;
}

/** Where binaries and cluster lie, and who may use them. */
export interface Place {
  binaries: string;
  /** Parent of the cluster: our own files beside it. */
  home: string;
  cluster: string;
  user: LoweredUser | undefined;
  /** Not under the data folder, because the lowered user cannot reach it. */
  moved: boolean;
}

/** Finds a place for binaries and cluster that the user Postgres will run as can reach. */
export function findPlace(dataDir: string): Place {
  const folder = resolve(dataDir);
  makeFolder(folder);
  const user = process.getuid?.() === 0 ? loweredUser() : undefined;
  const installed = installedBinaries();
  const linked = linkLibraries(installed);
  const version = binariesVersion(installed);
  if (user === undefined) {
    const binaries = linked ? installed : copyBinaries(installed, join(folder, `postgres-${version}`));
    return place(binaries, join(folder, 'postgres'), undefined, false);
  }
  const reaches = (path: string): boolean =>
    spawnSync('/bin/sh', ['-c', 'test -x "$0"', path], { ...user, stdio: 'ignore' }).status === 0;
  const nearBinaries = linked && reaches(join(installed, 'bin', 'postgres'));
  const binaries = nearBinaries ? installed : copyBinaries(installed, join(SHARED_HOME, `postgres-${version}`));
  const near = reaches(folder);
  const home = near
    ? join(folder, 'postgres')
    : join(SHARED_HOME, createHash('sha256').update(folder).digest('hex').slice(0, 16));
  return place(binaries, home, user, !near);
}

function place(binaries: string, home: string, user: LoweredUser | undefined, moved: boolean): Place {
  makeFolder(dirname(home));
  if (!existsSync(home)) mkdirSync(home, { mode: 0o700 });
  if (user) chownSync(home, user.uid, user.gid);
  chmodSync(home, 0o700);
  return { binaries, home, cluster: join(home, 'cluster'), user, moved };
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o755 });
    accessSync(folder, constants.W_OK);
  } catch {
    throw new EmbeddedPostgresError(
      `The data folder ${folder} cannot be written. Set DATA_DIR to one that can, or DATABASE_URL to a Postgres.`,
    );
  }
}

// Postgres looks its user up by name, so the uid needs an entry.
function loweredUser(): LoweredUser {
  const entries = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  for (const name of ['postgres', 'nobody']) {
    const entry = entries.find((fields) => fields[0] === name);
    if (entry) return { uid: Number(entry[2]), gid: Number(entry[3]) };
  }
  throw new EmbeddedPostgresError(
    'Postgres does not run as root, and there is no user postgres or nobody. Run as another user, or set DATABASE_URL.',
  );
}
