// Proves that our knowledge of Postgres' clock never excludes the truth, is as good as the quickest of the last exchanges, survives an answer that lay
// about unread, and follows a clock that somebody sets.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PostgresClock } from '../../src/cinetpay/postgres-clock';

/** Postgres shows so much less than we do. */
const AHEAD = 5_000;

/** An exchange that begins at `at` and takes so long there and back. */
function exchange(clock: PostgresClock, at: number, [there, back]: [number, number], ahead = AHEAD): void {
  clock.note(at + there - ahead, at, at + there + back);
}

describe("Postgres' clock on ours", () => {
  it('is known within the way back of one exchange', () => {
    const clock = new PostgresClock();
    exchange(clock, 100, [40, 60]);
    expect(clock.latest(1_000)).toBe(1_000 + AHEAD + 60);
  });

  it('is as well known after an answer that came in late as before it, however long it lay about', () => {
    const clock = new PostgresClock();
    exchange(clock, 0, [2, 3]);
    exchange(clock, 500, [2, 900]);
    expect(clock.latest(0)).toBe(AHEAD + 3);
    exchange(clock, 9_000, [2, 60_000]);
    expect(clock.latest(0)).toBe(AHEAD + 3);
    // What was known before counts no longer than it should.
    exchange(clock, 70_000, [2, 40]);
    expect(clock.latest(0)).toBe(AHEAD + 40);
  });

  it('is believed anew when it was set', () => {
    const clock = new PostgresClock();
    exchange(clock, 0, [2, 3]);
    exchange(clock, 100, [2, 3], AHEAD + 1_000);
    expect(clock.latest(0)).toBe(AHEAD + 1_003);
  });

  it('is never excluded, and never less well known than by the last exchange', () => {
    const trips = fc.array(fc.record({ pause: fc.nat(8_000), there: fc.nat(500), back: fc.nat(500) }), {
      minLength: 1,
    });
    fc.assert(
      fc.property(trips, (all) => {
        const clock = new PostgresClock();
        let now = 0;
        for (const { pause, there, back } of all) {
          now += pause;
          exchange(clock, now, [there, back]);
          now += there + back;
          expect(clock.latest(0)).toBeGreaterThanOrEqual(AHEAD);
          expect(clock.latest(0)).toBeLessThanOrEqual(AHEAD + back);
        }
      }),
    );
  });
});
