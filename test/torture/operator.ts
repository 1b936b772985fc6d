import { pause } from '../../src/common/clock';
import type { World } from './world';

const LOOK_MS = 2_000;
/** Longer than any Retry-After of a run, so that nothing which CinetPay asked for is cut short. */
const THINKS_MS = 6_000;

interface Sites {
  data: { site_id: string; paused: { cause: string } | null }[];
}

/**
 * The person whom a loud pause calls: resumes a site that paused itself because HTML answered in CinetPay's place. It would try by itself, but
 * after some unlucky probes only every five minutes, and callers are refused meanwhile. All other pauses are left to end by themselves.
 */
export async function operate({ replicas, operatorsKey }: World, stop: AbortSignal): Promise<void> {
  const headers = { authorization: `Bearer ${operatorsKey}` };
  let seenMs = 0;
  while (!stop.aborted) {
    await pause(LOOK_MS, stop);
    for (const { url } of replicas) {
      const answer = await fetch(`${url}/v1/sites`, { headers, signal: AbortSignal.timeout(LOOK_MS) }).catch(
        () => undefined,
      );
      if (answer?.status !== 200) continue;
      const { data } = (await answer.json()) as Sites;
      const blocked = data.filter(({ paused }) => paused?.cause === 'blocked');
      seenMs = blocked.length > 0 ? seenMs + LOOK_MS : 0;
      if (seenMs < THINKS_MS) break;
      for (const { site_id } of blocked)
        await fetch(`${url}/v1/sites/${site_id}/resume`, { method: 'POST', headers }).catch(() => undefined);
      break;
    }
  }
}
