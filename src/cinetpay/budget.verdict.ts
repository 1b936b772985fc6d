import { fullJitter, type Random } from '../common/backoff';
import type { PauseCause } from '../sites/site-state';
import type { CallOutcome } from './outcomes';

/** What one call says about the site, whatever it says about its payment. */
export type Effect =
  | { kind: 'answered' | 'unclear' | 'unreachable' | 'blocked' | 'credentials' }
  | { kind: 'throttled'; retryAfterMs: number | undefined };

/** What is on record about a site's troubles. */
export interface Trouble {
  pause_number: number;
  pause_cause: PauseCause | null;
  pause_count: number;
  /** `<effect>:<transaction>` since the last success. */
  refused_transactions: string[];
}

/** The call that is judged. */
export interface JudgedCall {
  transactionId: string;
  /** The site's number of pauses when the call got its slot. */
  pauseNumber: number;
  probe: boolean;
}

/** What to do about it; undefined is nothing. */
export type Verdict =
  | { do: 'clear' }
  | { do: 'note'; refused: string[] }
  | { do: 'pause'; cause: Exclude<PauseCause, 'operator'>; delayMs: number }
  | { do: 'extend'; delayMs: number };

/** So many different transactions without a success between pause a site (section 5 of the contract). */
export const REFUSALS_TO_PAUSE = 3;
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

export function effectOf(outcome: CallOutcome): Effect {
  switch (outcome.kind) {
    case 'throttled':
      return { kind: 'throttled', retryAfterMs: outcome.retryAfterMs };
    case 'not_sent':
      return { kind: 'unreachable' };
    case 'blocked':
      return { kind: 'blocked' };
    case 'unclear':
      return { kind: 'unclear' };
    case 'misconfigured':
      // Whoever hears about the account's currency has been let in.
      return { kind: outcome.about === 'credentials' ? 'credentials' : 'answered' };
    case 'created':
    case 'rejected':
    case 'claims_paid':
    case 'refused':
    case 'open':
    case 'unpaid':
    case 'attached':
    case 'unattached':
      return { kind: 'answered' };
  }
}

/** Judges a call by what is on record now. A call from before the last pause can only lengthen a pause. */
export function judge(site: Trouble, call: JudgedCall, effect: Effect, random?: Random): Verdict | undefined {
  if (site.pause_cause === 'operator') return undefined;
  if (call.pauseNumber !== site.pause_number) return judgeLate(site, effect, random);
  if (effect.kind === 'answered') {
    return site.pause_cause !== null || site.refused_transactions.length > 0 ? { do: 'clear' } : undefined;
  }
  if (effect.kind === 'throttled') return pauseFor('throttled', site, effect, random);
  if (call.probe) {
    const cause = effect.kind === 'unclear' ? (site.pause_cause ?? 'unreachable') : effect.kind;
    return pauseFor(cause, site, effect, random);
  }
  if (effect.kind === 'unclear') return undefined;
  const refused = [...new Set([...site.refused_transactions, `${effect.kind}:${call.transactionId}`])];
  const alike = refused.filter((entry) => entry.startsWith(`${effect.kind}:`));
  if (alike.length >= REFUSALS_TO_PAUSE) return pauseFor(effect.kind, site, effect, random);
  return { do: 'note', refused };
}

function judgeLate(site: Trouble, effect: Effect, random?: Random): Verdict | undefined {
  if (effect.kind !== 'throttled') return undefined;
  if (site.pause_cause === null) return pauseFor('throttled', site, effect, random);
  return effect.retryAfterMs === undefined ? undefined : { do: 'extend', delayMs: throttledFor(effect, 0, random) };
}

function pauseFor(cause: Exclude<PauseCause, 'operator'>, site: Trouble, effect: Effect, random?: Random): Verdict {
  const delayMs = cause === 'throttled' ? throttledFor(effect, site.pause_count, random) : probeDelay(site.pause_count);
  return { do: 'pause', cause, delayMs };
}

/** What `Retry-After` says (a day at most), else an exponential time with full jitter; never under a second. */
function throttledFor(effect: Effect, pausesBefore: number, random?: Random): number {
  const asked = effect.kind === 'throttled' ? effect.retryAfterMs : undefined;
  if (asked !== undefined) return Math.min(Math.max(asked, SECOND), 24 * HOUR);
  return SECOND + fullJitter(2 * SECOND, MINUTE, pausesBefore + 1, random);
}

/** 30 s, doubling to 5 min. */
function probeDelay(pausesBefore: number): number {
  return Math.min(30 * SECOND * 2 ** Math.min(pausesBefore, 10), 5 * MINUTE);
}
