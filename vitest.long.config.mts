import { mergeConfig } from 'vitest/config';
import base from './vitest.config.mts';

export default mergeConfig(
  { ...base, test: { ...base.test, include: [], exclude: ['**/node_modules/**'] } },
  { test: { include: ['test/long/**/*.spec.ts'], testTimeout: 900_000, hookTimeout: 300_000, fileParallelism: false } },
);
