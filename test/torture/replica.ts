import { spawn, type ChildProcess } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { pause } from '../../src/common/clock';

/** An end that nobody had asked for. */
export interface Death {
  /** `Date.now()` at its spawn and at its end. */
  bornAt: number;
  diedAt: number;
  /** It had begun to take requests; before, it may have refused to start. */
  listened: boolean;
  /** How it ended, with the last that it wrote to stderr. */
  what: string;
}

const LAST_LINES = 30;

/** One gateway process that may be killed and comes back on the same port. */
export class Replica {
  readonly url: string;
  /** Every end that was not `kill` or `stop`. */
  readonly deaths: Death[] = [];
  private child: ChildProcess | undefined;
  private killed: ChildProcess | undefined;
  private wanted = false;

  constructor(
    readonly port: number,
    private readonly env: Record<string, string>,
    private readonly logFile: string,
    private readonly program = 'dist/gateway.js',
  ) {
    this.url = `http://127.0.0.1:${port}`;
  }

  /** Starts it and keeps it running until `stop`. */
  async start(): Promise<void> {
    this.wanted = true;
    this.spawn();
    await this.ready();
  }

  /** `kill -9`; it starts again by itself. */
  kill(): void {
    this.killed = this.child;
    this.child?.kill('SIGKILL');
  }

  /** Of its process, while it runs. */
  get pid(): number | undefined {
    return this.child?.pid;
  }

  pause(): void {
    this.child?.kill('SIGSTOP');
  }

  resume(): void {
    this.child?.kill('SIGCONT');
  }

  /** Asks it to stop and waits for its end. @returns its exit code */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    this.wanted = false;
    const child = this.child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    return new Promise((resolve) => {
      child.once('exit', (code) => resolve(code));
      child.kill(signal);
      setTimeout(() => child.kill('SIGKILL'), 30_000).unref();
    });
  }

  async ready(): Promise<void> {
    const until = Date.now() + 60_000;
    while (Date.now() < until) {
      const answer = await fetch(`${this.url}/health/ready`).catch(() => undefined);
      if (answer?.status === 200) return;
      await pause(50);
    }
    throw new Error(`the gateway on port ${this.port} did not become ready; see ${this.logFile}`);
  }

  private spawn(): void {
    const child = spawn(process.execPath, [this.program], {
      env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...this.env, PORT: String(this.port) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => appendFileSync(this.logFile, chunk));
    child.once('exit', () => {
      if (this.wanted) this.spawn();
    });
    this.witness(child);
    this.child = child;
  }

  private witness(child: ChildProcess): void {
    const bornAt = Date.now();
    const said = { stdout: '', stderr: '' };
    child.stdout!.on('data', (chunk: Buffer) => (said.stdout = (said.stdout + chunk.toString()).slice(0, 10_000)));
    child.stderr!.on('data', (chunk: Buffer) => (said.stderr = (said.stderr + chunk.toString()).slice(-10_000)));
    // Not at `exit`: its last words may still be in the pipe.
    child.once('close', (code, signal) => {
      // Killed while it was dying by itself, it ends by the one or by the other; only what is certainly its own counts.
      if (!this.wanted || (child === this.killed && signal === 'SIGKILL')) return;
      const last = spoken(said.stderr).slice(-LAST_LINES).join('\n    ');
      const what = `the gateway on port ${this.port} ended by itself (${signal ?? `exit code ${code}`}): ${last}`;
      this.deaths.push({ bornAt, diedAt: Date.now(), listened: said.stdout.includes('"msg":"listening"'), what });
    });
  }
}

// Node shows an error with every field it lacks.
function spoken(stderr: string): string[] {
  return stderr.split('\n').filter((line) => line.trim() !== '' && !/: undefined,?$/.test(line));
}
