import { Injectable } from '@nestjs/common';
import { logWarn } from '../common/logger';
import { Problem } from '../common/problem';
import { WorkSignal } from '../database/work-signal';
import type { SiteConfig } from '../config/config';
import type { SiteDto } from './site.dto';
import type { SiteState } from './site-state';
import { SiteStates } from './site-states';
import { Sites } from './sites.service';

/** What operators see of the sites and do to them, through HTTP and the command line. */
@Injectable()
export class SiteCare {
  constructor(
    private readonly sites: Sites,
    private readonly states: SiteStates,
    private readonly signal: WorkSignal,
  ) {}

  /** Every configured site, in the configuration's order. */
  async list(): Promise<SiteDto[]> {
    const paused = await this.states.read(this.sites.all.map((site) => site.site_id));
    return this.sites.all.map((site) => siteJson(site, paused.get(site.site_id)));
  }

  /**
   * Calls nobody in this site's name until it is resumed; new orders for it get 503.
   * @throws Problem not_found
   */
  async pause(siteId: string, reason: string | null, by: string): Promise<SiteDto> {
    const site = this.find(siteId);
    await this.states.pause(siteId, reason);
    logWarn('site paused by an operator', { site_id: siteId, caller: by });
    return this.read(site);
  }

  /**
   * Ends a pause, also one that the site took by itself.
   * @throws Problem not_found
   */
  async resume(siteId: string, by: string): Promise<SiteDto> {
    const site = this.find(siteId);
    await this.states.resume(siteId);
    logWarn('site resumed by an operator', { site_id: siteId, caller: by });
    for (const work of ['initiation', 'check'] as const) this.signal.nudge(work);
    return this.read(site);
  }

  private find(siteId: string): SiteConfig {
    const site = this.sites.byId(siteId);
    if (!site) throw new Problem('not_found', 'No configured site has this site_id.');
    return site;
  }

  private async read(site: SiteConfig): Promise<SiteDto> {
    return siteJson(site, (await this.states.read([site.site_id])).get(site.site_id));
  }
}

// Field by field: a site's credentials never leave by themselves.
function siteJson(site: SiteConfig, paused: SiteState | undefined): SiteDto {
  const { site_id, name, currency, default: isDefault, min_amount, max_amount, seamless, callers = null } = site;
  const pause = paused === undefined ? null : paused;
  return { site_id, name, currency, default: isDefault, min_amount, max_amount, seamless, callers, paused: pause };
}
