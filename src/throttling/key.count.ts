import type { Standing } from './standing';

/** Requests that a process may let through without asking again. */
export interface Block {
  granted: number;
  /** What nobody has taken yet; 0 is the limit reached. */
  remaining: number;
  /** To the end of the window that the block is for. */
  endsInMs: number;
}

/** Counts the requests of one key in this process, out of blocks: one asks for a block while the others wait for it. */
export class KeyCount {
  private left = 0;
  private remaining = 0;
  /** On `performance.now()`. */
  private ends = -Infinity;
  private filling: Promise<void> | undefined;

  /** `ask` is told how much of the block before was not used. */
  constructor(private readonly ask: (unused: number) => Promise<Block>) {}

  async take(): Promise<Standing> {
    // It ends: each block uses up a part of the limit, and with nothing left of it the answer is no.
    for (;;) {
      const endsInMs = this.ends - performance.now();
      const isOpen = endsInMs > 0;
      if (isOpen && this.left > 0) return { isAllowed: true, remaining: --this.left + this.remaining, endsInMs };
      if (isOpen && this.remaining === 0) return { isAllowed: false, remaining: 0, endsInMs };
      await (this.filling ??= this.fill().finally(() => (this.filling = undefined)));
    }
  }

  private async fill(): Promise<void> {
    const { granted, remaining, endsInMs } = await this.ask(this.left);
    this.left = granted;
    this.remaining = remaining;
    this.ends = performance.now() + endsInMs;
  }
}
