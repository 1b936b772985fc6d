import { pause } from '../common/clock';
import type { BookedRow } from './budget.statements';
import type { NoSlot } from './outcomes';
import type { PostgresClock } from './postgres-clock';

/** The right to make one call. */
export interface Slot {
  kind: 'slot';
  /** When at the soonest, on `performance.now()`: as if Postgres had counted the wait as soon as it was asked. */
  soonest: number;
  /** When at the latest, on `performance.now()`, by what is known of Postgres' clock. */
  latest: number;
  /** When, on Postgres' clock. */
  slotMs: number;
  pauseNumber: number;
  troubled: boolean;
  probe: boolean;
}

/** Books up to a block of slots, the first of them no more than `aheadMs` from now. */
export type Book = (aheadMs: number) => Promise<BookedRow>;

interface Asker {
  aheadMs: number;
  /** On `performance.now()`: until then asking goes on. */
  askUntil: number;
  resolve(slot: Slot | NoSlot): void;
  reject(fault: unknown): void;
}

const LEAST_RETRY_MS = 20;
const MOST_RETRY_MS = 1_000;

/**
 * Hands out the slots of one lane of one site to this process, in the order of asking, and books them in blocks: at a
 * high rate most calls cost no round trip.
 */
export class SlotDesk {
  private readonly queue: Asker[] = [];
  private readonly block: Slot[] = [];
  private serving = false;

  constructor(
    private readonly book: Book,
    private readonly size: number,
    private readonly lateMs: number,
    private readonly clock: PostgresClock,
  ) {}

  /** A slot, or none when none can be booked within `aheadMs`; asks on for `askMs` while others have them all. */
  ask(aheadMs: number, askMs: number): Promise<Slot | NoSlot> {
    return new Promise((resolve, reject) => {
      this.queue.push({ aheadMs, askUntil: performance.now() + askMs, resolve, reject });
      if (!this.serving) void this.serve();
    });
  }

  /** Forgets what is booked: the site's state is no longer what it was then. */
  drop(): void {
    this.block.length = 0;
  }

  private async serve(): Promise<void> {
    this.serving = true;
    while (this.queue.length > 0) {
      const slot = this.take();
      if (slot) this.queue.shift()!.resolve(slot);
      else await this.refill(this.queue[0]!).catch((fault: unknown) => this.turnAway((asker) => asker.reject(fault)));
    }
    this.serving = false;
  }

  private take(): Slot | undefined {
    const oldest = performance.now() - this.lateMs;
    let slot = this.block.shift();
    while (slot && slot.latest < oldest) slot = this.block.shift();
    return slot;
  }

  private async refill(asker: Asker): Promise<void> {
    const asked = performance.now();
    const booked = await this.book(asker.aheadMs);
    const now = performance.now();
    this.clock.note(booked.slot_ms - booked.wait_ms, asked, now);
    const retryInMs = Math.min(Math.max(Math.ceil(booked.retry_ms), LEAST_RETRY_MS), MOST_RETRY_MS);
    switch (booked.verdict) {
      case 'slot':
        return this.keep(booked, asked, this.size);
      case 'turn':
      case 'probe':
        return this.keep(booked, asked, 1);
      case 'paused':
      case 'probing':
        return this.turnAway((waiting) => waiting.resolve({ kind: 'no_slot', retryInMs: Math.ceil(booked.retry_ms) }));
      case 'full':
        this.turnAway(
          (waiting) => waiting.resolve({ kind: 'no_slot', retryInMs }),
          (waiting) => waiting.aheadMs <= asker.aheadMs && waiting.askUntil < now + retryInMs,
        );
        if (this.queue[0] === asker) await pause(retryInMs);
    }
  }

  private keep(booked: BookedRow, asked: number, count: number): void {
    const { pause_number: pauseNumber, troubled, verdict } = booked;
    for (let i = 0; i < count; i++) {
      const ahead = i * booked.spacing_ms;
      const slotMs = booked.slot_ms + ahead;
      const times = { soonest: asked + booked.wait_ms + ahead, latest: this.clock.latest(slotMs), slotMs };
      this.block.push({ kind: 'slot', ...times, pauseNumber, troubled, probe: verdict === 'probe' });
    }
  }

  private turnAway(tell: (asker: Asker) => void, whom: (asker: Asker) => boolean = () => true): void {
    for (const asker of this.queue.splice(0)) {
      if (whom(asker)) tell(asker);
      else this.queue.push(asker);
    }
  }
}
