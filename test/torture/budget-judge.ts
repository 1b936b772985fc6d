import type { Call } from './evidence';

/** The run's 429s say `Retry-After: 2`. */
const PAUSE_MS = 2_000;
/**
 * What another replica may need to hear of a pause: the answer's way back, a write and a slot that did not have to
 * wait, on a machine that does everything else at the same time.
 */
const NEWS_MS = 500;

/**
 * Invariant 10: in no second more calls per site than the rate and one; none in a pause; then one probe, alone until it is answered. A 429
 * whose reader may have been killed before it could tell anybody begins no pause.
 */
export function budgetFaults(calls: Call[], ratePerSecond: number, killedAt: number[]): string[] {
  const sites = [...new Set(calls.map((call) => call.site_id))];
  return sites
    .flatMap((site) => {
      const own = calls.filter((call) => call.site_id === site).sort((a, b) => a.at.localeCompare(b.at));
      return [...tooMany(own, ratePerSecond), ...inPauses(own, killedAt)].map((fault) => `site ${site} got ${fault}`);
    })
    .slice(0, 10);
}

function tooMany(calls: Call[], ratePerSecond: number): string[] {
  const times = calls.map((call) => Date.parse(call.at));
  const found: string[] = [];
  for (let first = 0, last = 0; last < times.length; last++) {
    while (times[last]! - times[first]! >= 1000) first++;
    const count = last - first + 1;
    if (count > ratePerSecond + 1) found.push(`${count} calls in the second before ${calls[last]!.at}`);
  }
  return found;
}

function inPauses(calls: Call[], killedAt: number[]): string[] {
  const found: string[] = [];
  for (const { answered, answered_at } of calls) {
    if (answered !== 429 || answered_at === null) continue;
    const begins = Date.parse(answered_at);
    if (killedAt.some((at) => Math.abs(at - begins) < NEWS_MS)) continue;
    const after = calls.filter((call) => Date.parse(call.at) > begins + NEWS_MS);
    const early = after.filter((call) => Date.parse(call.at) < begins + PAUSE_MS);
    if (early.length > 0)
      found.push(
        `calls at ${early.map((call) => call.at.slice(17)).join(', ')} in the pause that began ${answered_at}`,
      );
    else found.push(...besideProbe(after));
  }
  return found;
}

function besideProbe([probe, ...others]: Call[]): string[] {
  if (!probe?.answered_at) return [];
  const beside = others.filter((call) => call.at > probe.at && call.at < probe.answered_at!);
  return beside.length > 0 ? [`${beside.length} calls beside the probe of ${probe.at}`] : [];
}
