import { Injectable } from '@nestjs/common';
import type { SiteConfig } from '../config/config';
import type { CallOutcome, Lane, NoSlot } from './outcomes';

/** Stands where the budget of calls will be: every call has its slot. */
@Injectable()
export class Budget {
  async run<O extends CallOutcome>(
    _site: SiteConfig,
    _lane: Lane,
    _id: string,
    call: () => Promise<O>,
  ): Promise<O | NoSlot> {
    return call();
  }
  async pauseOf(siteId: string): Promise<{ cause: string; until: Date | null } | undefined> {
    void siteId;
    return undefined;
  }
  async outlook(siteId: string): Promise<Record<Lane, number>> {
    void siteId;
    return { initiation: 0, woken: 0, scheduled: 0 };
  }
}
