import { defineConfig } from 'vitest/config';
import base from './vitest.config.mts';

// The same in everything but which files, how long and how many at once.
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    projects: undefined,
    include: ['test/long/**/*.spec.ts'],
    testTimeout: 900_000,
    hookTimeout: 300_000,
    fileParallelism: false,
  },
});
