import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { eventually } from './gateway';

const ROOT = join(__dirname, '..', '..');

/** One of the product's programs as a process of its own, started as its npm script starts it. */
export class RunningProgram {
  stdout = '';
  stderr = '';
  private readonly ended: Promise<number | null>;

  private constructor(readonly child: ChildProcess) {
    child.stdout!.on('data', (chunk: Buffer) => (this.stdout += chunk.toString('utf8')));
    child.stderr!.on('data', (chunk: Buffer) => (this.stderr += chunk.toString('utf8')));
    this.ended = new Promise((resolve) => child.once('close', (code) => resolve(code)));
  }

  /** `env` is all of its environment but for PATH and HOME. */
  static start(name: string, args: string[], env: Record<string, string>): RunningProgram {
    const { PATH = '', HOME = '' } = process.env;
    const child = spawn(process.execPath, ['tools/run.mjs', name, ...args], {
      cwd: ROOT,
      env: { PATH, HOME, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new RunningProgram(child);
  }

  /** Resolves when it has printed this. */
  async says(text: string, timeoutMs = 60_000): Promise<void> {
    await eventually(() => {
      if (this.child.exitCode !== null) throw new Error(`it ended: ${this.stdout}${this.stderr}`);
      return this.stdout.includes(text);
    }, timeoutMs);
  }

  /** @returns its exit code, null when a signal ended it */
  async end(): Promise<number | null> {
    return this.ended;
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    this.child.kill(signal);
    return this.ended;
  }
}

let building: Promise<unknown> | undefined;

/** Makes dist/ what the sources say, once for a test file; for tests that start what lies there. */
export function build(): Promise<unknown> {
  return (building ??= runToEnd('build', [], {}).then(({ code, stderr }) => {
    if (code !== 0) throw new Error(stderr);
  }));
}

/** Runs a program to its end. */
export async function runToEnd(
  name: string,
  args: string[],
  env: Record<string, string>,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const program = RunningProgram.start(name, args, env);
  const code = await program.end();
  return { code, stdout: program.stdout, stderr: program.stderr };
}
