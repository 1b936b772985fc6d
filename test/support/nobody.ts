import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Everybody else's user: in every /etc/passwd. */
export const NOBODY = { uid: 65534, gid: 65534 };

let usable: string | undefined;

/** A Node of this version that `nobody` may execute: ours, or a copy where ours lies in a closed home (as `npx --package node@…` puts it). */
export function nodeForNobody(): string {
  usable ??= isExecutable(process.execPath) ? process.execPath : copied(process.execPath);
  return usable;
}

function isExecutable(program: string): boolean {
  return spawnSync(program, ['--version'], { ...NOBODY, cwd: '/' }).status === 0;
}

function copied(program: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'node-'));
  chmodSync(folder, 0o755);
  const copy = join(folder, 'node');
  copyFileSync(program, copy);
  chmodSync(copy, 0o755);
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return copy;
}
