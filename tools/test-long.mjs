// `npm run test:long`: what needs minutes.
import { runChecks } from './checks.mjs';

process.exit(
  await runChecks({ statics: [], vitest: ['--config', 'vitest.long.config.mts', ...process.argv.slice(2)] }),
);
