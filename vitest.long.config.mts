import { defineConfig } from 'vitest/config';
import base from './vitest.config.mts';

// The same in everything but which files, how long and how many at once.
const { projects: _, ...shared } = base.test ?? {};

export default defineConfig({
  ...base,
  test: {
    ...shared,
    include: ['test/long/**/*.spec.ts'],
    testTimeout: 900_000,
    hookTimeout: 300_000,
    fileParallelism: false,
  },
});
