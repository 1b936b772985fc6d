// Proves that no nudge is lost, that nudges coalesce, that rounds keep their distance, and that a stop waits for the round under way.
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { Poller, type PollerOptions } from '../../src/common/poller';

let poller: Poller;
afterEach(() => poller.stop());

function started(round: PollerOptions['round'], options: Partial<PollerOptions> = {}): number[] {
  const begun: number[] = [];
  const noted: PollerOptions['round'] = (signal) => {
    begun.push(performance.now());
    return round(signal);
  };
  poller = new Poller({ name: 'test', idleMs: 60_000, round: noted, ...options });
  poller.start();
  return begun;
}

it('goes round again for a nudge that came while a round was under way', async () => {
  let end: () => void = () => undefined;
  const begun = started(() => new Promise((resolve) => (end = () => resolve(false))));
  for (let i = 0; i < 5; i++) poller.nudge();
  end();
  await expect.poll(() => begun.length).toBe(2);
  end();
  await wait(50);
  expect(begun).toHaveLength(2);
  poller.nudge();
  await expect.poll(() => begun.length).toBe(3);
  end();
});

it('goes round at once for a nudge after a quiet time, and keeps its distance under a flood of them', async () => {
  const begun = started(async () => false, { restMs: 100 });
  await wait(150);
  const nudged = performance.now();
  poller.nudge();
  await expect.poll(() => begun.length).toBe(2);
  expect(begun[1]! - nudged).toBeLessThan(90);
  const flood = setInterval(() => poller.nudge(), 1);
  await expect.poll(() => begun.length).toBeGreaterThanOrEqual(6);
  clearInterval(flood);
  for (let i = 1; i < begun.length; i++) expect(begun[i]! - begun[i - 1]!).toBeGreaterThanOrEqual(95);
});

it('goes round without a nudge when its idle time is over, and at once while there is more', async () => {
  let left = 5;
  const begun = started(async () => --left > 0, { idleMs: 300 });
  await expect.poll(() => begun.length).toBe(5);
  expect(begun[4]! - begun[0]!).toBeLessThan(250);
  await expect.poll(() => begun.length).toBe(6);
  expect(begun[5]! - begun[4]!).toBeGreaterThanOrEqual(295);
});

it('stops during a wait at once, and during a round when that has ended', async () => {
  let isOver = false;
  started(async () => {
    await wait(100);
    return !(isOver = true);
  });
  await poller.stop();
  expect(isOver).toBe(true);
});
