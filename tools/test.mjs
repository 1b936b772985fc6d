// `npm test`: every static check and every test; the last line is `N passed, N failed`.
import { existsSync } from 'node:fs';
import { runChecks } from './checks.mjs';

const filter = process.argv.slice(2);
const folders = ['src', 'migrations', 'simulator', 'bench'].filter((folder) => existsSync(folder));
const statics = [
  ['formatting', ['prettier', '--check', '--log-level', 'warn', '.']],
  ['lint', ['eslint', '--cache', '--cache-location', 'node_modules/.cache/eslint/', '.']],
  ['types', ['tsc', '--noEmit', '-p', '.']],
  ['import rules', ['depcruise', '--config', '.dependency-cruiser.cjs', ...folders]],
];
process.exit(
  await runChecks({ statics: filter.length > 0 ? [] : statics, vitest: ['--config', 'vitest.config.mts', ...filter] }),
);
