import { writeFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

/** Counts tests for the last line of `npm test`; a file that does not load counts as a failure. */
export default class CountsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    let passed = 0;
    let failed = unhandled.length;
    for (const file of modules) {
      const tests = [...file.children.allTests()];
      passed += tests.filter((test) => test.result().state === 'passed').length;
      const bad = tests.filter((test) => test.result().state === 'failed').length;
      failed += bad === 0 && file.state() === 'failed' ? 1 : bad;
    }
    const target = process.env.COUNTS_FILE;
    if (target !== undefined) writeFileSync(target, JSON.stringify({ passed, failed }));
  }
}
