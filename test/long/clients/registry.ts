import { spawn } from 'node:child_process';
import { lookup } from 'node:dns/promises';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A public client in a temporary folder, or why it is not there. */
export interface Had {
  name: string;
  /** Holds its `node_modules`. */
  folder: string;
  /** Undefined when it could be had. */
  reason?: string;
}

/** How long a registry may take for one package and what it needs. */
const PATIENCE_MS = 120_000;

/** Installs one package at its version, as npm does for everybody, but runs none of its scripts. Never rejects. */
export async function fromNpm(name: string): Promise<Had> {
  const folder = mkdtempSync(join(tmpdir(), 'client-'));
  const options = ['--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund', '--no-save', '--loglevel=error'];
  const { code, output } = await run('npm', ['install', ...options, name], { cwd: folder });
  if (code === 0) return { name, folder };
  const reason = /E404/.test(output) ? 'this registry does not have it' : 'the npm registry cannot be reached';
  console.warn(`${name} was not run: ${reason}.`);
  return { name, folder, reason };
}

/** Says of the other registries whether they could be reached at all: no client of theirs is part of this run. */
export async function tellOthers(): Promise<void> {
  for (const host of ['pypi.org', 'repo.packagist.org']) {
    const reached = await lookup(host).then(
      () => 'can be reached, and none of its clients is run here',
      () => 'cannot be reached from here, and none of its clients was run',
    );
    console.warn(`${host} ${reached}: docs/drop-in.md.`);
  }
}

/** Runs a program to its end. */
export function run(
  program: string,
  args: string[],
  { cwd, env = {} }: { cwd: string; env?: Record<string, string> },
): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd, env: { ...process.env, ...env }, timeout: PATIENCE_MS });
    let output = '';
    const keep = (chunk: Buffer): void => void (output += chunk.toString());
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', (error) => resolve({ code: null, output: String(error) }));
    child.once('close', (code) => resolve({ code, output }));
  });
}
