// Proves when a payment is asked about again, and when the asking ends.
import { describe, expect, it } from 'vitest';
import {
  checkAgainAt,
  hourly,
  initiateAgainAt,
  isInitiationOver,
  isLastCheck,
  nextCheckAt,
} from '../../src/payments/schedule';
import { acceptedRow, at, expiredRow, pending, refusedRow, rejectedRow, saved, SCHEDULES } from './decided';

const DAY = 86_400;

describe('the schedule', () => {
  it('asks at every entry of the list, then no more', () => {
    const asked: (Date | null)[] = [];
    let now: Date | null = at(0);
    while (now) asked.push((now = nextCheckAt(pending(), now, SCHEDULES)));
    expect(asked).toEqual([...SCHEDULES.checks.map(at), null]);
  });

  it('goes on 1 h, 1 d, 3 d and 30 d after an expiry, or when a review keeps a rejected one open; a refused one also after 5 minutes', () => {
    const late = [at(3_600), at(DAY), at(3 * DAY), at(30 * DAY), null];
    for (const [row, expected] of [
      [refusedRow(), [at(300), ...late]],
      [expiredRow(), late],
      [{ ...rejectedRow(), checks_from: at(0) }, late],
    ] as const) {
      const asked: (Date | null)[] = [];
      let now: Date | null = at(0);
      while (now) asked.push((now = nextCheckAt(row, now, SCHEDULES)));
      expect(asked).toEqual(expected);
    }
  });

  it('rests for what is accepted, rejected or in review', () => {
    for (const row of [acceptedRow(), rejectedRow(), pending({ needs_review: true })])
      expect(nextCheckAt(row, at(1), SCHEDULES)).toBeNull();
  });

  it('knows its last check, and the end of 24 h of tries', () => {
    expect([
      isLastCheck(pending(), at(3 * DAY - 1), SCHEDULES),
      isLastCheck(pending(), at(3 * DAY), SCHEDULES),
    ]).toEqual([false, true]);
    expect(isLastCheck(saved(), at(9 * DAY), SCHEDULES)).toBe(false);
    expect([isInitiationOver(saved(), at(DAY - 1)), isInitiationOver(saved(), at(DAY))]).toEqual([false, true]);
  });

  it('spreads what failed together by 20 %', () => {
    const [low, high] = [() => 0, () => 1];
    expect(initiateAgainAt(1, at(0), SCHEDULES, low)).toEqual(at(1.6));
    expect(initiateAgainAt(9, at(0), SCHEDULES, high)).toEqual(at(72));
    expect(checkAgainAt(pending(), 2, at(0), SCHEDULES, high)).toEqual(at(6));
    expect(checkAgainAt(refusedRow(), 2, at(0), SCHEDULES, low)).toEqual(at(2_880));
    expect(hourly(at(0), high)).toEqual(at(4_320));
  });
});
