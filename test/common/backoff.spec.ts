// Proves that only whole seconds and dates to come count as a `Retry-After`: anything else leaves the pause to the exponential backoff, which grows.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { retryAfterMs } from '../../src/common/backoff';

const NOW = Date.parse('2026-11-24T10:00:00.500Z');

describe('Retry-After', () => {
  it.each<[string | undefined, number | undefined]>([
    ['0', 0],
    ['7', 7_000],
    [' 120 ', 120_000],
    ['Tue, 24 Nov 2026 10:01:00 GMT', 59_500],
    ['Tue, 24 Nov 2026 10:00:00 GMT', undefined],
    ...['', '-1', '0.5', '60.5', '+5', '1e3', '5 s', 'soon', '9999999999'].map((text): [string, undefined] => [
      text,
      undefined,
    ]),
    ...['2026-11-24', '2026-11-25T10:00:00Z', 'Nov 25 2026', '11/25/2026', 'Tue, 99 Nov 2026 10:01:00 GMT'].map(
      (text): [string, undefined] => [text, undefined],
    ),
    [undefined, undefined],
  ])('%j is %j ms', (header, expected) => {
    expect(retryAfterMs(header, NOW)).toBe(expected);
  });

  it('of any other number says nothing', () => {
    const numbers = fc.oneof(fc.double(), fc.integer({ max: -1 })).map(String);
    const others = numbers.filter((text) => !/^\d{1,9}$/.test(text));
    fc.assert(fc.property(others, (text) => retryAfterMs(text, NOW) === undefined));
  });

  it('of any date to come is the time until then', () => {
    const later = fc.date({ min: new Date(NOW + 1_000), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true });
    const exact = (date: Date): number => Math.floor(date.getTime() / 1000) * 1000 - NOW;
    fc.assert(fc.property(later, (date) => retryAfterMs(date.toUTCString(), NOW) === exact(date)));
  });
});
