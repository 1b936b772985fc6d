// Proves that the places for attempts are shared between callers as well as between receivers, and that what is remembered
// of receivers is bounded.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { MAX_PER_RECEIVER, Receivers, type Due } from '../../src/webhooks/receivers';

describe('the places', () => {
  const due = (...urls: string[]): Due[] =>
    urls.map((url, index) => ({ endpoint_id: `E${index}`, url, caller: new URL(url).hostname }));
  const rooms = (receivers: Receivers, ...urls: string[]) => receivers.shares(due(...urls)).map(({ room }) => room);
  const wave = (receivers: Receivers, url: string, tookMs: number) => {
    const [room = 0] = rooms(receivers, url);
    const [target] = due(url);
    for (let i = 0; i < room; i++) receivers.begin(target!);
    for (let i = 0; i < room; i++) receivers.end(target!, tookMs);
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

const due = (caller: string, host: string): Due => ({
  ...{ caller, endpoint_id: `${caller} ${host}`, url: `http://${host}.example/hook` },
});
const many = (caller: string, count: number): Due[] =>
  Array.from({ length: count }, (_, i) => due(caller, `${caller}-${i}`));

/** Claims and begins all it may; returns how many of each caller. */
function take(receivers: Receivers, all: Due[]): Record<string, number> {
  const taken: Record<string, number> = {};
  for (const { endpoint_id, room } of receivers.shares(all)) {
    const one = all.find((candidate) => candidate.endpoint_id === endpoint_id)!;
    for (let i = 0; i < room; i++) receivers.begin(one);
    taken[one.caller] = (taken[one.caller] ?? 0) + room;
  }
  return taken;
}

describe('the places of callers', () => {
  afterEach(() => void vi.useRealTimers());

  it('of one with dead receivers without end leave three quarters to the others', () => {
    const receivers = new Receivers();
    const tarpits = many('greedy', 200);
    expect(take(receivers, tarpits)).toEqual({ greedy: 128 });
    expect(take(receivers, [...tarpits, ...many('fresh', 200), due('quiet', 'shop')])).toEqual({
      fresh: 128,
      quiet: 8,
    });
    expect(receivers.isFull).toBe(false);
    // A place that becomes free is the caller's again, and no more than that one.
    receivers.end(tarpits[0]!, 15_000);
    expect(take(receivers, tarpits)).toEqual({ greedy: 1 });
  });

  it('of a slow receiver are remembered for minutes, not for ever', () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const receivers = new Receivers();
    const slow = many('slow', 3_000);
    for (const one of slow) {
      receivers.begin(one);
      for (let i = 0; i < 3; i++) receivers.begin(one);
      for (let i = 0; i < 4; i++) receivers.end(one, 15_000);
    }
    expect(take(receivers, [slow[0]!])).toEqual({ slow: 1 });
    receivers.end(slow[0]!, 15_000);
    vi.advanceTimersByTime(600_001);
    // Others come, and what nobody uses any more is forgotten.
    for (const one of many('other', 1_500)) {
      receivers.begin(one);
      receivers.end(one, 20);
    }
    expect(take(receivers, [slow[0]!])).toEqual({ slow: 8 });
  });
});
