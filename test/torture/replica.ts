import { spawn, type ChildProcess } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { pause } from '../../src/common/clock';

/** One gateway process that may be killed and comes back on the same port. */
export class Replica {
  readonly url: string;
  private child: ChildProcess | undefined;
  private wanted = false;
  restarts = 0;

  constructor(
    readonly port: number,
    private readonly env: Record<string, string>,
    private readonly logFile: string,
    private readonly program = 'dist/src/main.js',
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
    this.child?.kill('SIGKILL');
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
      if (!this.wanted) return;
      this.restarts++;
      this.spawn();
    });
    this.child = child;
  }
}
