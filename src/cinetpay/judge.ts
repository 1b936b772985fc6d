import { Injectable } from '@nestjs/common';
import { wallClock } from '../common/clock';
import { logError, logWarn } from '../common/logger';
import { Sql } from '../database/sql';
import type { Runner, Statement } from '../database/sql';
import { SiteStates } from '../sites/site-states';
import { CLEAR, EXTEND, NOTE, PAUSE, READ_TROUBLE } from './budget.statements';
import { judge } from './budget.verdict';
import type { Effect, JudgedCall, Trouble, Verdict } from './budget.verdict';
import type { Answer } from './outcomes';

/** How long a process holds a site back by itself while it cannot write down that CinetPay throttles. */
const HOLD_MS = 5_000;
/** How long slots that were handed out before a pause was written down may still be on their way; no pause is shorter than a second. */
const ON_THEIR_WAY_MS = 250;

interface Hold {
  cause: 'throttled';
  until: Date;
  /** `until` on `performance.now()`. */
  ends: number;
}

/** Lets the outcome of a call count for or against its site, and is loud when a site pauses itself. */
@Injectable()
export class Judge {
  private readonly holds = new Map<string, Hold>();

  constructor(
    private readonly sql: Sql,
    private readonly states: SiteStates,
  ) {}

  /** Never throws: the call has been made, and its outcome matters more. Returns whether something is on record that booked slots do not know. */
  async hear(siteId: string, call: JudgedCall, effect: Effect, answer: Answer): Promise<boolean> {
    // At once: on a busy machine the write below may wait for its connection and its lock.
    if (effect.kind === 'throttled') this.hold(siteId, effect.retryAfterMs);
    try {
      const verdict = await this.sql.transaction((runner) => decide(runner, siteId, call, effect, answer));
      if (effect.kind === 'throttled') this.hold(siteId, 0, ON_THEIR_WAY_MS);
      if (verdict?.do === 'clear' && call.probe) logWarn('site resumed by its probe', { site_id: siteId });
      if (verdict?.do !== 'pause') return verdict !== undefined;
      const { cause, delayMs } = verdict;
      logError('site paused itself', undefined, { site_id: siteId, reason: cause, delay_ms: delayMs });
      return true;
    } catch (fault) {
      logError('the outcome of a call could not be held against its site', fault, { site_id: siteId });
      return effect.kind === 'throttled';
    } finally {
      this.states.forget(siteId);
    }
  }

  /** The pause that this process keeps by itself, for as long as it is not written down. */
  heldBack(siteId: string): Hold | undefined {
    const hold = this.holds.get(siteId);
    if (hold && hold.ends > performance.now()) return hold;
    this.holds.delete(siteId);
    return undefined;
  }

  private hold(siteId: string, retryAfterMs = HOLD_MS, leastMs = HOLD_MS): void {
    const ms = Math.max(retryAfterMs, leastMs);
    const until = new Date(wallClock().getTime() + ms);
    this.holds.set(siteId, { cause: 'throttled', until, ends: performance.now() + ms });
  }
}

async function decide(
  runner: Runner,
  siteId: string,
  call: JudgedCall,
  effect: Effect,
  answer: Answer,
): Promise<Verdict | undefined> {
  const [site] = await runner.rows<Trouble>(READ_TROUBLE, [siteId]);
  const verdict = site && judge(site, call, effect);
  if (verdict) await runner.rows(...writing(siteId, verdict, answer));
  return verdict;
}

function writing(siteId: string, verdict: Verdict, answer: Answer): [Statement, unknown[]] {
  switch (verdict.do) {
    case 'clear':
      return [CLEAR, [siteId]];
    case 'note':
      return [NOTE, [siteId, verdict.refused]];
    case 'extend':
      return [EXTEND, [siteId, verdict.delayMs]];
    case 'pause':
      return [PAUSE, [siteId, verdict.cause, reasonOf(answer), verdict.delayMs]];
  }
}

/** What an operator reads: the answer's numbers, none of its texts. */
function reasonOf({ code, httpStatus, outcome }: Answer): string {
  const parts = [outcome, httpStatus === null ? 'no answer' : `HTTP ${httpStatus}`];
  return code === null ? parts.join(', ') : `${parts.join(', ')}, code ${code}`;
}
