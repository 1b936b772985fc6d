/** Attempts at one receiver at the same time, at most (our choice: 3,000 a second at 20 ms each). */
export const MAX_PER_RECEIVER = 64;
/** What a receiver starts with, before we know how quick it is. */
const START = 8;
/** Attempts at all receivers at the same time. */
const TOTAL = 512;
/** Receivers remembered before the idle ones are forgotten. */
const REMEMBERED = 1_000;
/** An answer within this time is quick (our choice): it does not keep a place that others need. */
const QUICK_MS = 1_000;

interface Receiver {
  inFlight: number;
  limit: number;
}

/** An endpoint with something due. */
export interface Due {
  endpoint_id: string;
  url: string;
}

/** How many deliveries of an endpoint may be begun now. */
export interface Share {
  endpoint_id: string;
  room: number;
}

/**
 * The places for attempts, shared so that no receiver keeps another one waiting. A receiver is an origin, not an endpoint:
 * a drop-in shop may have a URL per order. Quick answers win it one more place each, slow ones halve what it has, down to
 * one: a dead receiver holds a handful of places for 15 s, then a single one.
 */
export class Receivers {
  private readonly known = new Map<string, Receiver>();
  private inFlight = 0;

  get isFull(): boolean {
    return this.inFlight >= TOTAL;
  }

  /** Deals out the free places among endpoints that have something due, evenly where there are too few. */
  shares(due: readonly Due[]): Share[] {
    let left = TOTAL - this.inFlight;
    const taken = new Map<string, number>();
    return due.flatMap(({ endpoint_id, url }, index) => {
      const origin = originOf(url);
      const { inFlight, limit } = this.known.get(origin) ?? { inFlight: 0, limit: START };
      const fair = Math.max(1, Math.floor(left / (due.length - index)));
      const room = Math.min(limit - inFlight - (taken.get(origin) ?? 0), fair, left);
      if (room <= 0) return [];
      left -= room;
      taken.set(origin, (taken.get(origin) ?? 0) + room);
      return [{ endpoint_id, room }];
    });
  }

  begin(url: string): void {
    const origin = originOf(url);
    if (this.known.size > REMEMBERED) this.forgetIdle();
    const receiver = this.known.get(origin) ?? { inFlight: 0, limit: START };
    receiver.inFlight++;
    this.inFlight++;
    this.known.set(origin, receiver);
  }

  /** @returns whether it is worth looking for more: not after each attempt, a claim of many costs as much as a claim of one */
  end(url: string, tookMs: number): boolean {
    const origin = originOf(url);
    const receiver = this.known.get(origin)!;
    receiver.inFlight--;
    this.inFlight--;
    receiver.limit =
      tookMs < QUICK_MS ? Math.min(receiver.limit + 1, MAX_PER_RECEIVER) : Math.max(1, Math.floor(receiver.limit / 2));
    return receiver.inFlight <= receiver.limit / 2;
  }

  // Slow ones are remembered: all their places at once would be hung again.
  private forgetIdle(): void {
    for (const [origin, { inFlight, limit }] of this.known)
      if (inFlight === 0 && limit >= START) this.known.delete(origin);
  }
}

function originOf(url: string): string {
  return new URL(url).origin;
}
