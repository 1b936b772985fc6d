// Proves that a log which cannot be written ends nothing: neither a full disk nor a reader who stopped reading costs more than lines.
import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { beforeAll, expect, it } from 'vitest';
import { build } from '../support/program';

beforeAll(() => build(), 120_000);

interface Logged {
  code: number | null;
  stderr: string;
}

/** Runs a process that logs what `work` says, whose standard output is `stdout`, until it has said so on standard error. */
async function logging(work: string, stdout: number | 'pipe'): Promise<Logged> {
  const program = `const { configureLogger, logInfo, flushLog } = require('./dist/src/common/logger'); configureLogger('info'); ${work}`;
  // One that hangs instead ends without a code.
  const limit = { timeout: 15_000, killSignal: 'SIGKILL' as const };
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', stdout, 'pipe'], ...limit });
  let stderr = '';
  child.stderr!.on('data', (chunk: Buffer) => {
    stderr += chunk.toString('utf8');
    // One whose output nobody reads cannot end by itself.
    if (stdout === 'pipe') child.kill('SIGKILL');
  });
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  return { code, stderr };
}

it.skipIf(!existsSync('/dev/full'))('lives on where the disk is full', async () => {
  const full = openSync('/dev/full', 'w');
  const work = `setInterval(() => logInfo('x'.repeat(5000)), 10); setTimeout(() => (flushLog(), process.exit(7)), 500)`;
  expect(await logging(work, full)).toEqual({ code: 7, stderr: '' });
  closeSync(full);
});

it('keeps so much and no more for a reader who stopped reading', async () => {
  const work = `const line = 'x'.repeat(1000);
    const before = process.memoryUsage().rss;
    for (let n = 0; n < 100_000; n++) logInfo(line);
    setTimeout(() => process.stderr.write(String((process.memoryUsage().rss - before) / 1e6)), 200)`;
  const { stderr } = await logging(work, 'pipe');
  // 100 MB were said.
  expect(Number(stderr)).toBeLessThan(60);
});
