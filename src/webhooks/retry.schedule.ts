import { spread, type Random } from '../common/backoff';

/** How far a delay may be off its entry in the schedule, either way (contract). */
const JITTER = 0.2;
/** Longest wait that a `Retry-After` may ask for (our choice): the longest of the usual schedule. */
const LONGEST_WISH_MS = 86_400_000;

/**
 * Milliseconds until the next attempt, or null when the schedule is used up. A `Retry-After` makes the wait longer, never
 * shorter: a receiver that always says 0 would use up three days of attempts in a second.
 * @param seconds the delays between attempts
 * @param failed attempts that failed since the schedule began, at least 1
 * @param wishMs what the receiver's `Retry-After` asked for
 */
export function nextAttemptIn(
  seconds: readonly number[],
  failed: number,
  wishMs: number | undefined,
  random?: Random,
): number | null {
  const delay = seconds[failed - 1];
  if (delay === undefined) return null;
  return Math.max(spread(delay * 1000, JITTER, random), Math.min(wishMs ?? 0, LONGEST_WISH_MS));
}
