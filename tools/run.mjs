// Runs a program of this project: installs what is missing and builds what is stale, each in a process that ends, then becomes the program:
// a signal to npm's own pid (scripts are `exec node tools/run.mjs …`) reaches it, and it starts as small as without a build.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from './build.mjs';
import { install } from './install.mjs';

const PROGRAMS = {
  sandbox: 'dist/src/sandbox.js',
  start: 'dist/gateway.js',
  simulator: 'dist/simulator/main.js',
  cli: 'dist/src/cli.js',
  openapi: 'tools/openapi.mjs',
  torture: 'dist/test/torture/main.js',
  bench: 'dist/bench/main.js',
  build: undefined,
  test: 'tools/test.mjs',
  'test:long': 'tools/test-long.mjs',
};

const root = join(import.meta.dirname, '..');
process.chdir(root);
const [name, ...args] = process.argv.slice(2);

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19))
  fail(`Node ${process.versions.node} is too old: this project needs 20.19 or newer.`);
if (!(name in PROGRAMS)) fail(`There is no program "${name ?? ''}". There are: ${Object.keys(PROGRAMS).join(', ')}.`);

try {
  await install(root);
  if (!String(PROGRAMS[name]).startsWith('tools/')) await build(root);
} catch (error) {
  fail(error.message);
}
if (PROGRAMS[name] !== undefined) {
  const program = join(root, PROGRAMS[name]);
  process.argv = [process.argv[0], program, ...args];
  await import(pathToFileURL(program).href);
}

function fail(line) {
  process.stderr.write(`${line}\n`);
  process.exit(1);
}
