// Proves when a delivery is tried again.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Config } from '../../src/config/config';
import { nextAttemptIn } from '../../src/webhooks/retry.schedule';

const { webhookRetrySeconds: usual } = new Config();

describe('the schedule', () => {
  it('is the one of the contract, each delay within 20 % of its entry, and ends after the last', () => {
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: usual.length }), random, (failed, number) => {
        const delay = nextAttemptIn(usual, failed, undefined, () => number)!;
        expect(delay).toBeGreaterThanOrEqual(usual[failed - 1]! * 800);
        expect(delay).toBeLessThanOrEqual(usual[failed - 1]! * 1200);
      }),
    );
    expect(nextAttemptIn(usual, 1, undefined, () => 0.5)).toBe(5_000);
    expect(nextAttemptIn(usual, usual.length, undefined, () => 0.5)).toBe(86_400_000);
    expect(nextAttemptIn(usual, usual.length + 1, undefined)).toBeNull();
  });

  it('waits as long as Retry-After asks, but not shorter than its own delay and not past a day', () => {
    const next = (wish: number | undefined) => nextAttemptIn([10], 1, wish, () => 0.5);
    expect(next(undefined)).toBe(10_000);
    expect(next(0)).toBe(10_000);
    expect(next(60_000)).toBe(60_000);
    expect(next(365 * 86_400_000)).toBe(86_400_000);
    expect(nextAttemptIn([10], 2, 60_000)).toBeNull();
  });
});
