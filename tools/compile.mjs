// Compiles and bundles the sources into the folder of its first argument. A process of its own: the compilers keep some 700 MB for as long
// as their process lives.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { transformFile } from '@swc/core';
import { sourcesOf } from './build.mjs';
import { bundle } from './bundle.mjs';

const [target] = process.argv.slice(2);
const root = join(import.meta.dirname, '..');
// The parent process may be killed: that closes the channel.
process.once('disconnect', () => {
  rmSync(target, { recursive: true, force: true });
  process.exit(1);
});
try {
  await Promise.all(sourcesOf(root).map((file) => compile(file)));
  await bundle(root, target);
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
process.exit();

async function compile(file) {
  const { code, map } = await transformFile(join(root, file), {
    cwd: root,
    configFile: join(root, '.swcrc'),
    sourceFileName: join(root, file),
  });
  const out = join(target, file.replace(/\.ts$/, '.js'));
  mkdirSync(dirname(out), { recursive: true });
  writeFileSync(out, `${code}\n//# sourceMappingURL=${out.split('/').at(-1)}.map\n`);
  writeFileSync(`${out}.map`, map);
}
