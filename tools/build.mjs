import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bundle } from './bundle.mjs';

const FOLDERS = ['src', 'migrations', 'simulator', 'bench', 'test/torture'];
/** What decides besides the sources: the compiler's settings, the packages, the bundle's settings. */
const SHAPING = ['.swcrc', 'package-lock.json', 'tools/bundle.mjs'];

/** Compiles what programs run from, into dist/, when a source has changed since. */
export async function build(root) {
  const sources = FOLDERS.flatMap((folder) => filesOf(root, folder));
  // An image ships dist/ without the sources.
  if (sources.length === 0) return;
  const hash = createHash('sha256');
  for (const file of SHAPING) hash.update(readFileSync(join(root, file)));
  for (const file of sources) hash.update(file).update(String(statSync(join(root, file)).mtimeMs));
  const wanted = hash.digest('hex');
  const stamp = join(root, 'dist', '.built-from');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  const swc = await import('@swc/core');
  const half = join(root, `dist.${process.pid}`);
  await Promise.all(sources.map((file) => compile(swc, root, half, file)));
  await bundle(root, half);
  writeFileSync(join(half, '.built-from'), wanted);
  replace(half, join(root, 'dist'));
}

async function compile(swc, root, target, file) {
  const { code, map } = await swc.transformFile(join(root, file), {
    cwd: root,
    configFile: join(root, '.swcrc'),
    sourceFileName: join(root, file),
  });
  const out = join(target, file.replace(/\.ts$/, '.js'));
  mkdirSync(dirname(out), { recursive: true });
  writeFileSync(out, `${code}\n//# sourceMappingURL=${out.split('/').at(-1)}.map\n`);
  writeFileSync(`${out}.map`, map);
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
