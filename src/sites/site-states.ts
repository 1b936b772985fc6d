import { Injectable } from '@nestjs/common';
import { Sql } from '../database/sql';
import type { Statement } from '../database/sql';
import type { PauseCause, SitePause } from './site-state';

const FRESH_MS = 1_000;

// A pause whose time is over lets one probe through, and holds again while that is under way.
const READ: Statement = {
  name: 'site_state_read',
  text: `SELECT pause_cause, pause_reason, CASE WHEN pause_cause = 'operator' THEN NULL
      WHEN paused_until > clock_timestamp() THEN paused_until ELSE probe_until END AS until,
    coalesce(paused_until, 'infinity') > clock_timestamp() OR probe_until > clock_timestamp() AS holds
    FROM site_states WHERE site_id = $1 AND pause_cause IS NOT NULL`,
};

/** A pause and why: for operators. */
export interface SiteState extends SitePause {
  reason: string | null;
}

interface Row {
  pause_cause: PauseCause;
  pause_reason: string | null;
  until: Date | null;
  holds: boolean;
}

/** Which sites are paused, as all replicas see it. */
@Injectable()
export class SiteStates {
  private readonly known = new Map<string, { at: number; pause: Promise<SiteState | undefined> }>();

  constructor(private readonly sql: Sql) {}

  /** The pause of a site, as of at most a second ago. */
  pauseOf(siteId: string): Promise<SiteState | undefined> {
    const known = this.known.get(siteId);
    if (known && performance.now() - known.at < FRESH_MS) return known.pause;
    const pause = this.read(siteId);
    this.known.set(siteId, { at: performance.now(), pause });
    // A failed reading is not worth keeping.
    pause.catch(() => this.forget(siteId));
    return pause;
  }

  /** Something about the site changed: the next question goes to the database. */
  forget(siteId: string): void {
    this.known.delete(siteId);
  }

  private async read(siteId: string): Promise<SiteState | undefined> {
    const [row] = await this.sql.rows<Row>(READ, [siteId]);
    if (!row?.holds) return undefined;
    return { cause: row.pause_cause, until: row.until, reason: row.pause_reason };
  }
}
