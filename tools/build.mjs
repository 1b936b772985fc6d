import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { endOf } from './child.mjs';

const FOLDERS = ['src', 'migrations', 'simulator', 'bench', 'test/torture'];
/** What decides besides the sources: the compiler's settings, the packages, the bundle's settings. */
const SHAPING = ['.swcrc', 'package-lock.json', 'tools/bundle.mjs', 'tools/compile.mjs'];

/** Compiles what programs run from, into dist/, when a source has changed since. */
export async function build(root) {
  const sources = sourcesOf(root);
  // An image ships dist/ without the sources.
  if (sources.length === 0) return;
  const hash = createHash('sha256');
  for (const file of SHAPING) hash.update(readFileSync(join(root, file)));
  for (const file of sources) hash.update(file).update(String(statSync(join(root, file)).mtimeMs));
  const wanted = hash.digest('hex');
  const stamp = join(root, 'dist', '.built-from');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  const half = join(root, `dist.${process.pid}`);
  const drop = () => rmSync(half, { recursive: true, force: true });
  const child = fork(join(root, 'tools', 'compile.mjs'), [half], { execArgv: [], stdio: [0, 2, 2, 'ipc'] });
  if ((await endOf(child, drop)) !== 0) {
    drop();
    throw new Error('The build failed: what stands above says why.');
  }
  writeFileSync(join(half, '.built-from'), wanted);
  replace(half, join(root, 'dist'));
}

/** The files that programs are made of, relative to the root. */
export function sourcesOf(root) {
  return FOLDERS.flatMap((folder) => filesOf(root, folder));
}

// Two programs may build at the same time: each renames a whole tree, and the last one stays.
function replace(half, dist) {
  const old = `${half}.old`;
  if (existsSync(dist)) renameSync(dist, old);
  try {
    renameSync(half, dist);
  } catch {
    rmSync(half, { recursive: true, force: true });
  }
  rmSync(old, { recursive: true, force: true });
}

function filesOf(root, folder) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts') && !name.endsWith('.d.ts'))
    .map((name) => join(folder, name))
    .sort();
}
