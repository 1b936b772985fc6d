import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endOf } from './child.mjs';

/** Installs exactly what the lock file says, when node_modules is missing or was made from another lock. */
export async function install(root) {
  const lock = join(root, 'package-lock.json');
  // An image ships node_modules without the lock; there is nothing to compare then.
  if (!existsSync(lock)) return;
  const wanted = createHash('sha256').update(readFileSync(lock)).digest('hex');
  const stamp = join(root, 'node_modules', '.installed-from');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  const progress = ticking('Installing packages (only the first time)');
  const log = join(mkdtempSync(join(tmpdir(), 'install-')), 'npm.log');
  const code = await npm(root, ['ci', '--no-audit', '--no-fund', '--prefer-offline'], log);
  progress.end();
  if (code !== 0)
    throw new Error(`npm ci failed:\n${readFileSync(log, 'utf8').trim().split('\n').slice(-15).join('\n')}`);
  writeFileSync(stamp, wanted);
}

async function npm(root, args, log) {
  const output = [];
  const child = spawn('npm', args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => output.push(chunk));
  const code = await endOf(child);
  writeFileSync(log, Buffer.concat(output));
  return code;
}

/** Says what takes time, on standard error, so that it never mixes with a program's output. */
export function ticking(what) {
  process.stderr.write(`${what} …`);
  const began = Date.now();
  const timer = setInterval(() => process.stderr.write('.'), 2_000);
  return {
    end() {
      clearInterval(timer);
      process.stderr.write(` ${((Date.now() - began) / 1000).toFixed(0)} s\n`);
    },
  };
}
