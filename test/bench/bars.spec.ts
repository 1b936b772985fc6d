// Proves that the bench judges what it measured: medians, ratios round by round, and bars that a worse figure misses.
import { describe, expect, it } from 'vitest';
import { BARS, meets, weaknesses, type Figures } from '../../bench/bars';
import { rowOf, tableOf } from '../../bench/results';
import { median, percentile, ratios, spread } from '../../bench/statistics';

const figures = (some: Partial<Figures>): Figures => ({ ours: 1, b: 1, d: 1, ratio_b: 1, ratio_d: 1, ...some });
const bar = (path: string, metric: string) => BARS.find((one) => one.path === path && one.metric === metric)!;

describe('statistics', () => {
  it('takes the middle figure by size, not by name', () => {
    expect(median([100, 9, 20])).toBe(20);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([])).toBeNaN();
  });

  it('takes a percentile as the smallest figure that covers the share', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => index + 1);
    expect(percentile(hundred, 0.5)).toBe(50);
    expect(percentile(hundred, 0.99)).toBe(99);
    expect(percentile([7], 0.99)).toBe(7);
    expect(percentile([], 0.5)).toBeNaN();
  });

  it('compares within a round', () => {
    expect(ratios([10, 40], [20, 20])).toEqual([0.5, 2]);
    expect(spread([3, 1, 2])).toEqual({ min: 1, median: 2, max: 3 });
  });
});

describe('bars', () => {
  it('wants throughput high and CPU low', () => {
    const throughput = bar('P1', 'requests_per_second');
    expect(meets(throughput, figures({ ratio_b: 0.72 }))).toBe(true);
    expect(meets(throughput, figures({ ratio_b: 0.719 }))).toBe(false);
    expect(meets(throughput, figures({ ratio_b: 0.99 }), 'aim')).toBe(false);
    const cpu = bar('P1', 'cpu_us_per_request');
    expect(meets(cpu, figures({ ratio_b: 1.65 }))).toBe(true);
    expect(meets(cpu, figures({ ratio_b: 1.66 }))).toBe(false);
  });

  it('takes the rival that the bar names', () => {
    expect(meets(bar('P2', 'requests_per_second_against_d'), figures({ ratio_b: 9, ratio_d: 6.4 }))).toBe(false);
    expect(meets(bar('P1 at 150/s', 'p99_ms'), figures({ ours: 75, b: 60, ratio_b: 9 }))).toBe(true);
    expect(meets(bar('P1 at 150/s', 'p99_ms'), figures({ ours: 75.1, b: 60 }))).toBe(false);
    expect(meets(bar('deliveries', 'deliveries_per_second'), figures({ ours: 899 }))).toBe(false);
  });

  it('is not met by a figure that is missing', () => {
    expect(meets(bar('P1', 'requests_per_second'), figures({ ratio_b: null }))).toBe(false);
    expect(meets(bar('P1', 'requests_per_second'), figures({ ratio_b: NaN }))).toBe(false);
    expect(meets(bar('P1 at 150/s', 'p50_ms'), figures({ b: null }))).toBe(false);
  });

  it('refuses a weak rival', () => {
    expect(weaknesses({ P1: 0.4, P2: 0.5, P3: 0.15 })).toEqual([]);
    expect(weaknesses({ P1: 0.39, P2: 0.5, P3: 0.15 })).toHaveLength(1);
    expect(weaknesses({ P1: 0.5, P2: 0.5 })).toHaveLength(1);
  });
});

describe('results', () => {
  it('writes the median, and the median of the ratios of the rounds', () => {
    const row = rowOf('P1', 'requests_per_second', { ours: [100, 300, 200], b: [400, 300, 400], d: [50, 50, 50] });
    expect(row).toEqual({
      path: 'P1',
      metric: 'requests_per_second',
      ours: 200,
      b: 400,
      d: 50,
      ratio_b: 0.5,
      ratio_b_min: 0.25,
      ratio_b_max: 1,
      ratio_d: 4,
      required: 0.72,
      aim: 1,
      met: false,
    });
  });

  it('promises nothing where there is no bar', () => {
    const row = rowOf('P1', 'p99_ms', { ours: [1] });
    expect(row).toMatchObject({ b: null, ratio_b: null, required: null, met: null });
  });

  it('names what is missed', () => {
    const table = tableOf([
      rowOf('P1', 'requests_per_second', { ours: [1], b: [2] }),
      rowOf('deliveries', 'deliveries_per_second', { ours: [2000] }),
    ]);
    expect(table).toMatch(/P1 .*≥ 0.72 B .*MISSED/);
    expect(table).toMatch(/deliveries .*≥ 900 .*aim met/);
  });
});
