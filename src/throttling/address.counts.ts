import type { Standing } from './standing';

/** Addresses remembered at once (our choice: about 1 MB). Beyond it the oldest is forgotten, never a new one refused. */
const MAX_ADDRESSES = 10_000;

interface Window {
  count: number;
  /** On `performance.now()`. */
  ends: number;
}

/** Counts requests per client address, in the memory of this process only. */
export class AddressCounts {
  private readonly windows = new Map<string, Window>();

  constructor(
    private readonly limit: number,
    private readonly windowMs: number,
  ) {}

  /** One request more. It is allowed up to the limit. */
  count(address: string): Standing {
    const now = performance.now();
    const window = this.windowOf(address, now);
    window.count++;
    return this.standing(window, now, window.count <= this.limit);
  }

  /** Where the address stands; allowed means that one request more would be. */
  look(address: string): Standing {
    const now = performance.now();
    const window = this.windows.get(address);
    const known = window && window.ends > now ? window : { count: 0, ends: now + this.windowMs };
    return this.standing(known, now, known.count < this.limit);
  }

  private standing({ count, ends }: Window, now: number, isAllowed: boolean): Standing {
    // Of two floating point numbers: a hair more than the window would be told as a second more.
    const endsInMs = Math.min(this.windowMs, ends - now);
    return { isAllowed, remaining: Math.max(0, this.limit - count), endsInMs };
  }

  private windowOf(address: string, now: number): Window {
    const known = this.windows.get(address);
    if (known && known.ends > now) return known;
    const window = { count: 0, ends: now + this.windowMs };
    this.windows.delete(address);
    this.windows.set(address, window);
    // A map keeps the order of insertion.
    if (this.windows.size > MAX_ADDRESSES) this.windows.delete(this.windows.keys().next().value!);
    return window;
  }
}
