/** Attempts at one receiver at the same time, at most (our choice: 3,000 a second at 20 ms each). */
export const MAX_PER_RECEIVER = 64;
/** What a receiver starts with, before we know how quick it is. */
const START = 8;
/** Attempts at all receivers at the same time. */
const TOTAL = 512;
/** Attempts of one caller at the same time (our choice): whoever names dead receivers without end keeps nobody else waiting. */
const PER_CALLER = TOTAL / 4;
/** Receivers remembered before the idle ones are forgotten. */
const REMEMBERED = 1_000;
/** How long a slow receiver is remembered without an attempt (our choice): as long as most waits of the schedule. */
const SLOW_MS = 600_000;
/** An answer within this time is quick (our choice): it does not keep a place that others need. */
const QUICK_MS = 1_000;

interface Receiver {
  inFlight: number;
  limit: number;
  /** By the monotonic clock, in milliseconds. */
  usedAt: number;
}

/** Where an attempt goes, and for whom. */
export interface Target {
  url: string;
  caller: string;
}

/** An endpoint with something due. */
export interface Due extends Target {
  endpoint_id: string;
}

/** How many deliveries of an endpoint may be begun now. */
export interface Share {
  endpoint_id: string;
  room: number;
}

/**
 * The places for attempts, shared so that no receiver keeps another one waiting. A receiver is an origin, not an endpoint:
 * a drop-in shop may have a URL per order. Quick answers win it one more place each, slow ones halve what it has, down to
 * one: a dead receiver holds a handful of places for 15 s, then a single one. A caller has a quarter of all places.
 */
export class Receivers {
  private readonly known = new Map<string, Receiver>();
  /** Attempts under way of each caller that has any. */
  private readonly ofCallers = new Map<string, number>();
  private inFlight = 0;
  private forgetsAt = REMEMBERED;

  get isFull(): boolean {
    return this.inFlight >= TOTAL;
  }

  /** Deals out the free places among endpoints that have something due, evenly where there are too few. */
  shares(due: readonly Due[]): Share[] {
    let left = TOTAL - this.inFlight;
    const ofOrigins = new Map<string, number>();
    const ofCallers = new Map<string, number>();
    return due.flatMap(({ endpoint_id, url, caller }, index) => {
      const origin = originOf(url);
      const { inFlight, limit } = this.known.get(origin) ?? { inFlight: 0, limit: START };
      const ofReceiver = limit - inFlight - (ofOrigins.get(origin) ?? 0);
      const ofCaller = PER_CALLER - (this.ofCallers.get(caller) ?? 0) - (ofCallers.get(caller) ?? 0);
      const fair = Math.max(1, Math.floor(left / (due.length - index)));
      const room = Math.min(ofReceiver, ofCaller, fair, left);
      if (room <= 0) return [];
      left -= room;
      add(ofOrigins, origin, room);
      add(ofCallers, caller, room);
      return [{ endpoint_id, room }];
    });
  }

  begin({ url, caller }: Target): void {
    const origin = originOf(url);
    if (this.known.size >= this.forgetsAt) this.forgetIdle();
    const receiver = this.known.get(origin) ?? { inFlight: 0, limit: START, usedAt: 0 };
    receiver.inFlight++;
    this.inFlight++;
    add(this.ofCallers, caller, 1);
    this.known.set(origin, receiver);
  }

  /** @returns whether it is worth looking for more: not after each attempt, a claim of many costs as much as a claim of one */
  end({ url, caller }: Target, tookMs: number): boolean {
    const receiver = this.known.get(originOf(url))!;
    receiver.inFlight--;
    receiver.usedAt = performance.now();
    this.inFlight--;
    if (add(this.ofCallers, caller, -1) === 0) this.ofCallers.delete(caller);
    receiver.limit =
      tookMs < QUICK_MS ? Math.min(receiver.limit + 1, MAX_PER_RECEIVER) : Math.max(1, Math.floor(receiver.limit / 2));
    return receiver.inFlight <= receiver.limit / 2;
  }

  // Slow ones are remembered for a while: all their places at once would be hung again.
  private forgetIdle(): void {
    const before = performance.now() - SLOW_MS;
    for (const [origin, { inFlight, limit, usedAt }] of this.known)
      if (inFlight === 0 && (limit >= START || usedAt < before)) this.known.delete(origin);
    // Not again at the next one, when nothing could be forgotten.
    this.forgetsAt = Math.max(REMEMBERED, this.known.size * 2);
  }
}

function add(counts: Map<string, number>, key: string, count: number): number {
  const sum = (counts.get(key) ?? 0) + count;
  counts.set(key, sum);
  return sum;
}

function originOf(url: string): string {
  return new URL(url).origin;
}
