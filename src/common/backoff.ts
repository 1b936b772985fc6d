/** A source of numbers in [0, 1): `Math.random` in the service, a fixed one in tests. */
export type Random = () => number;

/** The entry of `list` for the attempt that just failed (1 = the first); the last entry repeats. */
export function listed(list: readonly number[], failedAttempts: number): number {
  return list[Math.min(Math.max(failedAttempts, 1), list.length) - 1] ?? 0;
}

/** Spreads a delay evenly over ± `share` of itself, so that what failed together does not come back together. */
export function spread(milliseconds: number, share: number, random: Random = Math.random): number {
  return Math.round(milliseconds * (1 - share + 2 * share * random()));
}

/** Exponential backoff with full jitter: anything from 0 to `base` × 2^(failures − 1), never above `cap`. */
export function fullJitter(base: number, cap: number, failures: number, random: Random = Math.random): number {
  return Math.round(Math.min(cap, base * 2 ** Math.min(failures - 1, 30)) * random());
}

/** The one form of an HTTP date that is sent today (RFC 9110, 5.6.7). `Date.parse` alone takes "-1" and "60.5" for dates of the past. */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** The milliseconds a `Retry-After` header asks for (whole seconds or an HTTP date to come), or undefined when it says nothing usable. */
export function retryAfterMs(header: string | undefined, now: number = Date.now()): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const date = HTTP_DATE.test(text) ? Date.parse(text) : Number.NaN;
  return date > now ? date - now : undefined;
}
