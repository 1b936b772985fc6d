import swc from 'unplugin-swc';
import { defineConfig } from 'vitest/config';

// Decorators carry the metadata that Nest, class-validator and TypeORM read: esbuild drops it, swc keeps it.
export default defineConfig({
  plugins: [swc.vite({ module: { type: 'es6' } })],
  test: {
    include: ['test/**/*.spec.ts', 'simulator/**/*.spec.ts'],
    exclude: ['**/node_modules/**', 'test/long/**'],
    globalSetup: ['test/support/global-setup.ts'],
    reporters: ['default', './test/support/counts-reporter.mts'],
    // Generous: a busy machine starts processes slowly. What must be quick is measured by the bench.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
