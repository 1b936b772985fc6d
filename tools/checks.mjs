import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Runs static checks one after the other, then vitest, and prints the sum. @returns the exit code */
export async function runChecks({ statics, vitest }) {
  let passed = 0;
  let failed = 0;
  for (const [name, command] of statics) {
    const began = Date.now();
    const { code, output } = await run(command, false);
    if (code === 0) passed++;
    else failed++;
    print(`${code === 0 ? 'ok  ' : 'FAIL'} ${name} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
    if (code !== 0) print(output.trimEnd());
  }
  const counts = join(mkdtempSync(join(tmpdir(), 'counts-')), 'counts.json');
  const { code } = await run(['vitest', 'run', ...vitest], true, { COUNTS_FILE: counts });
  const tests = readCounts(counts);
  // A runner that died before it could count is one failure more.
  if (code !== 0 && tests.failed === 0) tests.failed = 1;
  print(`${passed + tests.passed} passed, ${failed + tests.failed} failed`);
  return failed + tests.failed > 0 ? 1 : 0;
}

function readCounts(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return { passed: 0, failed: 1 };
  }
}

function run([program, ...args], shown, env = {}) {
  return new Promise((resolve) => {
    const chunks = [];
    const stdio = ['ignore', shown ? 'inherit' : 'pipe', shown ? 'inherit' : 'pipe'];
    const child = spawn(join('node_modules', '.bin', program), args, { stdio, env: { ...process.env, ...env } });
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => chunks.push(chunk));
    child.once('error', (error) => resolve({ code: 1, output: error.message }));
    child.once('close', (code) => resolve({ code, output: Buffer.concat(chunks).toString('utf8') }));
  });
}

function print(line) {
  process.stdout.write(`${line}\n`);
}
