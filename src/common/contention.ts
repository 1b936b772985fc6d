import { Problem } from './problem';

/** How often something is tried that others keep changing (our choice: of twenty writers of one row, the slowest needs as many). */
export const MOST_TRIES = 20;

/**
 * Tries again while `attempt` finds that others were faster, which it says by undefined.
 * @throws Problem conflict after MOST_TRIES: then what stands in the database will not change by itself, or others never rest
 */
export async function contend<T>(attempt: () => Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const result = await attempt();
    if (result !== undefined) return result;
  }
  throw new Problem('conflict', 'Others keep changing the same payment or order. Send the same request again.', {
    safeToRetry: 'same_request',
    retryAfterSeconds: 1,
  });
}
