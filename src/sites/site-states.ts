import { Injectable } from '@nestjs/common';
import { Sql } from '../database/sql';
import type { SiteState } from './site-state';
import { PAUSE_BY_HAND, READ_PAUSED, RESUME, type PausedRow } from './site-states.statements';

const FRESH_MS = 1_000;

/** Which sites are paused, as all replicas see it. */
@Injectable()
export class SiteStates {
  private readonly known = new Map<string, { at: number; pause: Promise<SiteState | undefined> }>();

  constructor(private readonly sql: Sql) {}

  /** The pause of a site, as of at most a second ago. */
  pauseOf(siteId: string): Promise<SiteState | undefined> {
    const known = this.known.get(siteId);
    if (known && performance.now() - known.at < FRESH_MS) return known.pause;
    const pause = this.read([siteId]).then((paused) => paused.get(siteId));
    this.known.set(siteId, { at: performance.now(), pause });
    // A failed reading is not worth keeping.
    pause.catch(() => this.forget(siteId));
    return pause;
  }

  /** Something about the site changed: the next question goes to the database. */
  forget(siteId: string): void {
    this.known.delete(siteId);
  }

  /** The pauses of these sites now. */
  async read(siteIds: readonly string[]): Promise<Map<string, SiteState>> {
    const rows = await this.sql.rows<PausedRow>(READ_PAUSED, [siteIds]);
    return new Map(rows.map((row) => [row.site_id, stateOf(row)]));
  }

  /** Until somebody resumes it. Every replica keeps to it within a second. */
  async pause(siteId: string, reason: string | null): Promise<void> {
    await this.sql.rows(PAUSE_BY_HAND, [siteId, reason]);
    this.forget(siteId);
  }

  /** Ends the pause of a site, whatever its cause. */
  async resume(siteId: string): Promise<void> {
    await this.sql.rows(RESUME, [siteId]);
    this.forget(siteId);
  }
}

function stateOf({ pause_cause: cause, until, pause_reason: reason, paused_since: since }: PausedRow): SiteState {
  return { cause, until, reason, since };
}
