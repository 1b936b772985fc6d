import type { Lane } from './outcomes';

/** How slots of a site's budget lie in time. All of it follows from the rate. */
export interface Pace {
  /** Seconds between two slots. */
  spacingS: number;
  /** Milliseconds that a slot may be late when Postgres confirms it: half of what a call may reach CinetPay behind its slot. */
  lateMs: number;
  /** Milliseconds that it may be late when its call is made: three quarters. The rest belongs to the way to CinetPay. */
  missedMs: number;
  /** Slots that a process books at once. */
  block: number;
}

// Timers, round trips and connects spread calls by this much on a busy machine. The default rate of 10 has it for nothing.
const LEAST_SLACK_S = 0.1;
const BLOCK_S = 0.025;
const MOST_IN_A_BLOCK = 256;

/**
 * The pace that keeps any second, wherever it starts, at no more than `rate` + 1 calls. Calls that each lie up to `slack`
 * behind their slot can crowd into a second the slots of 1 s + slack, so slack × rate may be 1 at evenly spaced slots.
 * Where 1/rate is too short to be met, slots lie a little wider (at most 10 %) instead. Half of the slack is ours,
 * a quarter is for what a busy process adds after that, the last one for the way to CinetPay. The numbers: docs/decisions/0008-slots.md.
 */
export function paceOf(rate: number): Pace {
  const slackS = Math.max(1 / rate, LEAST_SLACK_S);
  return {
    spacingS: Math.max(1 / rate, (1 + slackS) / (rate + 1)),
    lateMs: (slackS * 1000) / 2,
    missedMs: slackS * 750,
    block: Math.min(Math.max(1, Math.floor(rate * BLOCK_S)), MOST_IN_A_BLOCK),
  };
}

/** How long a call of each lane may wait. */
interface Patience {
  /** Milliseconds ahead that a slot may be booked. */
  aheadMs: number;
  /** Milliseconds to go on asking where nothing can be booked yet. */
  askMs: number;
}

/** Section 6 of the contract: initiations book 3 s ahead, woken checks 1 s, scheduled ones take a slot that is free. */
export const PATIENCE: Record<Lane, Patience> = {
  initiation: { aheadMs: 3_000, askMs: 0 },
  woken: { aheadMs: 1_000, askMs: 1_000 },
  scheduled: { aheadMs: 0, askMs: 1_000 },
};

/** A check whose turn it is may queue behind everything that initiations have booked, and then some. */
export const TURN_AHEAD_MS = PATIENCE.initiation.aheadMs + 2_000;

/** The share of its rate that a site has right after a pause, and the seconds until it has all of it (our choice). */
export const RECOVERY = { firstShare: 0.2, seconds: 30 };
