// Proves when a delivery is tried again, and how the places for attempts are shared.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Config } from '../../src/config/config';
import { MAX_PER_RECEIVER, Receivers } from '../../src/webhooks/receivers';
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

describe('the places', () => {
  const due = (...urls: string[]) => urls.map((url, index) => ({ endpoint_id: `E${index}`, url }));
  const rooms = (receivers: Receivers, ...urls: string[]) => receivers.shares(due(...urls)).map(({ room }) => room);
  const wave = (receivers: Receivers, url: string, tookMs: number) => {
    const [room = 0] = rooms(receivers, url);
    for (let i = 0; i < room; i++) receivers.begin(url);
    for (let i = 0; i < room; i++) receivers.end(url, tookMs);
    return room;
  };

  it('of a quick receiver grow to their bound, also when it is idle in between', () => {
    const receivers = new Receivers();
    const waves = Array.from({ length: 6 }, () => wave(receivers, 'https://quick.example/', 20));
    expect(waves).toEqual([8, 16, 32, MAX_PER_RECEIVER, MAX_PER_RECEIVER, MAX_PER_RECEIVER]);
  });

  it('of a slow one shrink to a single one, and come back when it is quick again', () => {
    const receivers = new Receivers();
    expect([
      wave(receivers, 'https://slow.example/', 15_000),
      wave(receivers, 'https://slow.example/', 15_000),
    ]).toEqual([8, 1]);
    expect(Array.from({ length: 4 }, () => wave(receivers, 'https://slow.example/', 5))).toEqual([1, 2, 4, 8]);
  });

  it('belong to a receiver, however many endpoints lead there', () => {
    const receivers = new Receivers();
    const orders = Array.from({ length: 300 }, (_, index) => `https://shop.example/notify?order=${index}`);
    expect(rooms(receivers, ...orders, 'https://other.example/').length).toBeLessThanOrEqual(9);
    expect(rooms(receivers, ...orders, 'https://other.example/').at(-1)).toBe(8);
  });

  it('are dealt out evenly where they are too few', () => {
    const many = Array.from({ length: 200 }, (_, index) => `https://r${index}.example/`);
    const shares = rooms(new Receivers(), ...many);
    expect(shares).toHaveLength(200);
    expect(shares.reduce((sum, room) => sum + room)).toBe(512);
    expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
  });
});
