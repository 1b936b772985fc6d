import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Mutant } from './mutants';

const ROOT = process.cwd();

/** A copy of the tree as it stands, with the packages of the original. It lies where a lowered user can get in. */
export function copyTree(): string {
  const copy = mkdtempSync(join(tmpdir(), 'mutant-'));
  const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { encoding: 'utf8' }).trim().split('\n');
  for (const file of files) {
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    cpSync(join(ROOT, file), join(copy, file));
  }
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

/** Sabotages the copy, runs the test named beside the mutant, and mends the copy. @returns whether the test noticed, and what it printed */
export function isCaught(copy: string, mutant: Mutant): { caught: boolean; output: string } {
  const file = join(copy, mutant.file);
  const original = readFileSync(file, 'utf8');
  const places = original.split(mutant.find).length - 1;
  if (places !== 1) throw new Error(`"${mutant.name}" fits ${places} places of ${mutant.file} instead of one`);
  // A function, because "$" means something in a replacement.
  writeFileSync(
    file,
    original.replace(mutant.find, () => mutant.replace),
  );
  try {
    return run(copy, mutant);
  } finally {
    writeFileSync(file, original);
  }
}

function run(copy: string, { test, only }: Mutant): { caught: boolean; output: string } {
  const counts = join(copy, 'counts.json');
  const args = ['run', test, '--config', 'vitest.config.mts', '--bail', '1', ...(only ? ['-t', only] : [])];
  const { stdout, stderr } = spawnSync(join(ROOT, 'node_modules', '.bin', 'vitest'), args, {
    cwd: copy,
    encoding: 'utf8',
    env: { ...process.env, COUNTS_FILE: counts },
  });
  const output = stdout + stderr;
  // A test that fails has noticed; one that cannot even be loaded has not.
  return { caught: /Tests\s+.*\d+ failed/.test(stripped(output)), output };
}

function stripped(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replaceAll(/\u001b\[\d+m/g, '');
}

export function remove(copy: string): void {
  rmSync(copy, { recursive: true, force: true });
}
