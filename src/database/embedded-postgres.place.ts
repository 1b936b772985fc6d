import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { binariesVersion, copyBinaries, installedBinaries, linkLibraries } from './embedded-postgres.binaries';
import { EmbeddedPostgresError } from './embedded-postgres.error';

/** Where another user can reach what lies in a folder that only root may enter. */
const SHARED_HOME = '/var/lib/cinetpay-gateway';

/** In the data folder: where its cluster lies, when that is elsewhere. Whoever deletes the data folder starts anew. */
const MARKER = 'postgres.moved-to';

/** Postgres refuses to run as root: whom it runs as then. */
export interface LoweredUser {
  uid: number;
  gid: number;
}

/** Where binaries and cluster lie, and who may use them. */
export interface Place {
  binaries: string;
  /** Parent of the cluster: our own files (password, owner, log) beside it. */
  home: string;
  cluster: string;
  user: LoweredUser | undefined;
  /** Not under the data folder, because the lowered user cannot reach it. */
  moved: boolean;
}

/** Finds a place for binaries and cluster that the user Postgres will run as can reach. */
export function findPlace(dataDir: string): Place {
  const folder = dataFolder(dataDir);
  return process.getuid?.() === 0 ? loweredPlace(folder) : ownPlace(folder);
}

function ownPlace(folder: string): Place {
  const installed = installedBinaries();
  const linked = linkLibraries(installed);
  const home = join(folder, 'postgres');
  const owner = existsSync(home) ? statSync(home).uid : undefined;
  if (owner !== undefined && process.getuid && owner !== process.getuid()) {
    throw new EmbeddedPostgresError(
      `The database in ${folder} belongs to another user (uid ${owner}). Run as that user, or choose another DATA_DIR.`,
    );
  }
  const binaries = linked ? installed : copyBinaries(installed, join(folder, `postgres-${binariesVersion(installed)}`));
  return place(binaries, home, undefined, false);
}

function loweredPlace(folder: string): Place {
  const near = join(folder, 'postgres');
  const user = loweredUser(existsSync(near) ? statSync(near).uid : undefined);
  const reaches = (path: string): boolean =>
    spawnSync('/bin/sh', ['-c', 'test -x "$0"', path], { ...user, cwd: '/', stdio: 'ignore' }).status === 0;
  const installed = installedBinaries();
  const usable = linkLibraries(installed) && reaches(join(installed, 'bin', 'postgres'));
  const binaries = usable
    ? installed
    : copyBinaries(installed, join(sharedHome(), `postgres-${binariesVersion(installed)}`));
  if (!existsSync(join(folder, MARKER)) && reaches(folder)) return place(binaries, near, user, false);
  return place(binaries, movedHome(folder), user, true);
}

function place(binaries: string, home: string, user: LoweredUser | undefined, moved: boolean): Place {
  if (!existsSync(home)) mkdirSync(home, { recursive: true, mode: 0o700 });
  if (user) chownSync(home, user.uid, user.gid);
  chmodSync(home, 0o700);
  return { binaries, home, cluster: join(home, 'cluster'), user, moved };
}

// The first who asks decides; the name says which data folder it belongs to and outlives a folder of the same name.
function movedHome(folder: string): string {
  const marker = join(folder, MARKER);
  const name = createHash('sha256').update(folder).digest('hex').slice(0, 12);
  try {
    writeFileSync(marker, join(sharedHome(), `${name}-${randomBytes(3).toString('hex')}`), { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readFileSync(marker, 'utf8').trim();
}

// Only the leaf may be private: a parent of 0700, which a umask of 077 makes, would shut the lowered user out.
function sharedHome(): string {
  if (!existsSync(SHARED_HOME)) {
    mkdirSync(SHARED_HOME, { recursive: true });
    chmodSync(SHARED_HOME, 0o755);
  }
  return SHARED_HOME;
}

function dataFolder(dataDir: string): string {
  const folder = resolve(dataDir);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o755 });
    accessSync(folder, constants.W_OK | constants.X_OK);
    return realpathSync(folder);
  } catch {
    throw new EmbeddedPostgresError(
      `The data folder ${folder} cannot be written. Set DATA_DIR to one that can, or DATABASE_URL to a Postgres.`,
    );
  }
}

// Postgres looks its user up by name, so the uid needs an entry. A cluster that somebody else made stays theirs.
function loweredUser(ownerOfCluster: number | undefined): LoweredUser {
  const entries = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .filter((fields) => Number(fields[2]) > 0);
  const entry =
    entries.find((fields) => Number(fields[2]) === ownerOfCluster) ??
    entries.find((fields) => fields[0] === 'postgres') ??
    entries.find((fields) => fields[0] === 'nobody');
  if (entry) return { uid: Number(entry[2]), gid: Number(entry[3]) };
  throw new EmbeddedPostgresError(
    'Postgres does not run as root, and there is no user postgres or nobody. Run as another user, or set DATABASE_URL.',
  );
}
