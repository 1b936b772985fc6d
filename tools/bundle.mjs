import { join } from 'node:path';

/** Finds its own files by where it lies: it stays a package. */
const APART = [/^swagger-ui-dist/];

/** How the bundler wraps a module of CommonJS. */
const WRAPPER = /__commonJSMin\(\(\(([^)]*)\) => \{/g;

/**
 * Writes the gateway, compiled, with every package it needs into one file, `gateway.js`: to find and open some two thousand
 * modules takes longer than everything else a start does. `dist/src/main.js` is the same program, module by module.
 */
export async function bundle(root, compiled) {
  const { rolldown } = await import('rolldown');
  const bundled = await rolldown({
    cwd: root,
    input: join(compiled, 'src/main.js'),
    platform: 'node',
    external: APART,
    // Decorators and hooks are seen by nobody who looks for unused code.
    treeshake: false,
    onLog: (_level, log) => judge(log),
    plugins: [{ name: 'read-once', renderChunk: (code) => ({ code: readOnce(code), map: null }) }],
  });
  await bundled.write({
    file: join(compiled, 'gateway.js'),
    format: 'cjs',
    codeSplitting: false,
    // Class names are in log lines and in the table of migrations.
    keepNames: true,
    sourcemap: true,
    sourcemapExcludeSources: true,
    comments: { legal: true, annotation: false, jsdoc: false },
  });
}

// Packages look for others that only some of their users have, and do without.
function judge({ code, id, message }) {
  const isTheirChoice = code === 'UNRESOLVED_IMPORT' && id?.includes('node_modules');
  if (!isTheirChoice) throw new Error(message);
}

// V8 compiles a function in parentheses when it meets it. An arrow function it skims first and reads again when it is called:
// for a whole program, that is a fifth of a start.
function readOnce(code) {
  const read = code.replace(WRAPPER, '__commonJSMin((function ($1) {');
  if (read === code) throw new Error('The bundler wraps modules in another way now: see tools/bundle.mjs.');
  return read;
}
