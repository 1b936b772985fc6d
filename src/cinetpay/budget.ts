import { Injectable } from '@nestjs/common';
import { pause } from '../common/clock';
import { contend, MOST_TRIES } from '../common/contention';
import { Config } from '../config/config';
import type { SiteConfig } from '../config/config';
import { Sql } from '../database/sql';
import type { SitePause } from '../sites/site-state';
import { SiteStates } from '../sites/site-states';
import { paceOf, PATIENCE, TURN_AHEAD_MS } from './budget.pace';
import { BOOK, CONFIRM, ENSURE_SITE, LOOK } from './budget.statements';
import type { BookedRow, OutlookRow } from './budget.statements';
import { effectOf } from './budget.verdict';
import { Judge } from './judge';
import type { CallOutcome, Lane, NoSlot } from './outcomes';
import { PostgresClock } from './postgres-clock';
import { SlotDesk } from './slot-desk';
import type { Slot } from './slot-desk';
import { SlotLine } from './slot-line';

const LANES: Lane[] = ['initiation', 'woken', 'scheduled'];
/** A shorter wait than this needs no second look at the database (docs/decisions/0008-slots.md). */
const CONFIRM_AFTER_MS = 20;
/** So long before its slot a call is confirmed, that the look's round trip does not make it late. */
const HEAD_START_MS = 10;
/** After so many missed slots (MOST_TRIES) work is due again in this time. */
const MISSED_RETRY_MS = 1_000;
/** What a probe may take beyond the call's own time limit. */
const PROBE_MARGIN_MS = 5_000;

/** Where a lane of a site gets its slots in this process. */
interface Desk {
  line: SlotLine;
  slots: SlotDesk;
}

/**
 * Every call to CinetPay goes through here: one budget and one pause per site over all replicas, on Postgres' clock
 * (section 6 of the contract; docs/operations.md for operators).
 */
@Injectable()
export class Budget {
  private readonly pace;
  private readonly probeMs: number;
  private readonly clock = new PostgresClock();
  private readonly desks = new Map<string, Record<Lane, Desk>>();

  constructor(
    config: Config,
    private readonly sql: Sql,
    private readonly states: SiteStates,
    private readonly judge: Judge,
  ) {
    this.pace = paceOf(config.cinetpayRatePerSecond);
    this.probeMs = config.cinetpayTimeoutMs + PROBE_MARGIN_MS;
  }

  /**
   * Makes a call when the site's budget lets it, and lets its outcome count for or against the site. Getting no slot is no
   * attempt. A storage fault is thrown only while nothing has been sent.
   */
  async run<O extends CallOutcome>(
    site: SiteConfig,
    lane: Lane,
    transactionId: string,
    call: () => Promise<O>,
  ): Promise<O | NoSlot> {
    const slot = await this.deskOf(site.site_id, lane).line.wait(() => this.slotFor(site.site_id, lane));
    if (slot.kind === 'no_slot') return slot;
    const outcome = await call();
    const effect = effectOf(outcome);
    const { pauseNumber, probe } = slot;
    if (effect.kind === 'answered' ? probe || slot.troubled : probe || effect.kind !== 'unclear') {
      const news = await this.judge.hear(site.site_id, { transactionId, pauseNumber, probe }, effect, outcome.answer);
      if (news) LANES.forEach((each) => this.deskOf(site.site_id, each).slots.drop());
    }
    return outcome;
  }

  /** The pause of a site, as of at most a second ago. `until` null: until an operator resumes it. */
  async pauseOf(siteId: string): Promise<SitePause | undefined> {
    return this.judge.heldBack(siteId) ?? (await this.states.pauseOf(siteId));
  }

  /** How many calls of a lane could get a slot now before they lose patience: claiming more would only pass rows around. */
  async outlook(siteId: string, lane: Lane): Promise<number> {
    const [row] = await this.sql.rows<OutlookRow>(LOOK, [siteId]);
    if (!row) return 1;
    if (row.pause !== null) return row.pause === 'over' ? 1 : 0;
    const { aheadMs, askMs } = PATIENCE[lane];
    const slotsIn = (ms: number): number => (ms < 0 ? 0 : 1 + Math.floor(ms / 1000 / this.pace.spacingS));
    const free = slotsIn(aheadMs + askMs - row.ahead_ms);
    const isTurn = lane !== 'initiation' && row.turn && row.ahead_ms <= TURN_AHEAD_MS;
    // Every fifth slot that comes while they go on asking.
    return isTurn ? Math.max(free, slotsIn(askMs / 5)) : free;
  }

  private async slotFor(siteId: string, lane: Lane): Promise<Slot | NoSlot> {
    const { aheadMs, askMs } = PATIENCE[lane];
    const started = performance.now();
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const held = this.judge.heldBack(siteId);
      if (held) return { kind: 'no_slot', retryInMs: Math.max(20, Math.ceil(held.ends - performance.now())) };
      const waited = performance.now() - started;
      const slot = await this.deskOf(siteId, lane).slots.ask(
        Math.max(0, aheadMs - waited),
        Math.max(0, askMs - waited),
      );
      if (slot.kind === 'no_slot' || (await this.arrives(siteId, slot))) return slot;
    }
    // A process that misses one slot after the other stands still too often to call anybody in time.
    return { kind: 'no_slot', retryInMs: MISSED_RETRY_MS };
  }

  // A slot that had to wait may have been overtaken by a pause, or missed.
  private async arrives(siteId: string, slot: Slot): Promise<boolean> {
    if (slot.latest - performance.now() >= CONFIRM_AFTER_MS && !(await this.confirms(siteId, slot))) return false;
    await until(slot.latest);
    // This process may have stood still since Postgres spoke: one call of each replica that did is one too many. Nobody but the probe calls
    // in its time, which is as long as its call may take and more.
    const patience = slot.probe ? PROBE_MARGIN_MS : this.pace.missedMs;
    return performance.now() - slot.latest <= patience && !this.judge.heldBack(siteId);
  }

  // Postgres says how early or late it is. The wait is counted from before it was asked, so that its answer's way makes nothing late.
  private async confirms(siteId: string, slot: Slot): Promise<boolean> {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      await until(slot.soonest - HEAD_START_MS);
      if (this.judge.heldBack(siteId)) return false;
      const asked = performance.now();
      const values = [siteId, slot.pauseNumber, slot.slotMs];
      const [row] = await this.sql.rows<{ holds: boolean; late_ms: number }>(CONFIRM, values);
      if (!row?.holds || row.late_ms > this.pace.lateMs) return false;
      this.clock.note(slot.slotMs + row.late_ms, asked, performance.now());
      slot.soonest = asked - row.late_ms;
      slot.latest = this.clock.latest(slot.slotMs);
      // Far too early, when the booking had waited for its connection or its lock: a pause could still overtake it.
      if (row.late_ms > -CONFIRM_AFTER_MS) return true;
    }
    return false;
  }

  private deskOf(siteId: string, lane: Lane): Desk {
    let desks = this.desks.get(siteId);
    if (!desks) {
      const { block, lateMs } = this.pace;
      const desk = (each: Lane): Desk => ({
        line: new SlotLine(),
        slots: new SlotDesk((aheadMs) => this.book(siteId, each, aheadMs), block, lateMs, this.clock),
      });
      desks = { initiation: desk('initiation'), woken: desk('woken'), scheduled: desk('scheduled') };
      this.desks.set(siteId, desks);
    }
    return desks[lane];
  }

  private async book(siteId: string, lane: Lane, aheadMs: number): Promise<BookedRow> {
    const values = [siteId, this.pace.spacingS, lane, aheadMs, this.pace.block, this.probeMs];
    return contend(async () => {
      const [row] = await this.sql.rows<BookedRow>(BOOK, values);
      // The site's first call.
      if (!row) await this.sql.rows(ENSURE_SITE, [siteId]);
      return row;
    });
  }
}

async function until(time: number): Promise<void> {
  const ms = time - performance.now();
  if (ms > 0) await pause(ms);
}
