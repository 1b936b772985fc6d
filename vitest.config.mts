import swc from 'unplugin-swc';
import { defineConfig } from 'vitest/config';

// Decorators carry the metadata that Nest, class-validator and TypeORM read: esbuild drops it, swc keeps it.
const EVERYTHING = ['test/**/*.spec.ts'];
const LONG = ['**/node_modules/**', 'test/long/**'];
/** Each puts another module in the place of a real one, and needs a process that has loaded nothing yet. */
const ALONE = ['test/*/secrecy*.spec.ts'];

export default defineConfig({
  plugins: [swc.vite({ module: { type: 'es6' } })],
  test: {
    // One process for many files: loading Nest and TypeORM anew for each took longer than most of them run.
    projects: [
      { extends: true, test: { name: 'together', include: EVERYTHING, exclude: [...LONG, ...ALONE], isolate: false } },
      { extends: true, test: { name: 'alone', include: ALONE } },
    ],
    globalSetup: ['test/support/global-setup.ts'],
    reporters: ['default', './test/support/counts-reporter.mts'],
    // Generous: a busy machine starts processes slowly. What must be quick is measured by the bench.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 4,
  },
});
