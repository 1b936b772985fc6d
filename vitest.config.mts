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
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
