import { Injectable } from '@nestjs/common';
import { Problem, type FieldFault } from '../common/problem';
import { refusal } from '../common/validation';
import { Config } from '../config/config';
import type { SiteConfig } from '../config/config';

/** What decides which site collects an order. */
export interface SiteWish {
  currency: string;
  /** In whole currency units. */
  amount: number;
  /** Named by the order; left out, the currency decides. */
  siteId?: string;
  /** The caller's name. */
  caller: string;
  integration: 'redirect' | 'seamless';
}

/** The configured CinetPay sites. */
@Injectable()
export class Sites {
  readonly all: readonly SiteConfig[];
  private readonly ids: ReadonlyMap<string, SiteConfig>;

  constructor(config: Config) {
    this.all = config.sites;
    this.ids = new Map(config.sites.map((site) => [site.site_id, site]));
  }

  byId(siteId: string): SiteConfig | undefined {
    return this.ids.get(siteId);
  }

  /** The site of a saved row. Start refuses a configuration that lacks one, so its absence is a fault of ours. */
  get(siteId: string): SiteConfig {
    const site = this.byId(siteId);
    if (!site) throw new Error(`site ${siteId} is not configured any more`);
    return site;
  }

  /**
   * The site that collects an order: the named one, else the caller's only or default site of the currency.
   * @throws Problem that names no site but the one the order named
   */
  choose(wish: SiteWish): SiteConfig {
    const site = this.siteOf(wish);
    const faults = limitFaults(site, wish.amount);
    if (faults.length === 0) return site;
    throw refusal(faults);
  }

  /** What `choose` would say of the amount of an order that has other faults as well; nothing where it would say something else. */
  amountFaults(wish: SiteWish): FieldFault[] {
    try {
      return limitFaults(this.siteOf(wish), wish.amount);
    } catch (error) {
      if (error instanceof Problem) return [];
      throw error;
    }
  }

  /** The same whatever the amount. */
  siteOf(wish: SiteWish): SiteConfig {
    return wish.siteId === undefined ? this.automatic(wish) : this.named(wish.siteId, wish);
  }

  private named(siteId: string, wish: SiteWish): SiteConfig {
    const site = this.byId(siteId);
    if (!site) throw new Problem('site_unknown', 'No configured site has this site_id.');
    if (!isOpenTo(site, wish.caller)) throw new Problem('site_not_allowed', 'Leave site_id out, or name another site.');
    if (site.currency !== wish.currency) {
      throw new Problem('site_currency_mismatch', `This site collects ${site.currency} only.`);
    }
    if (wish.integration === 'seamless' && !site.seamless) throw seamlessNotAllowed();
    return site;
  }

  private automatic({ currency, caller, integration }: SiteWish): SiteConfig {
    const sites = this.all.filter((site) => site.currency === currency && isOpenTo(site, caller));
    if (sites.length === 0) throw new Problem('no_site_for_currency', `No site collects ${currency} for this caller.`);
    const fit = integration === 'seamless' ? sites.filter((site) => site.seamless) : sites;
    if (fit.length === 0) throw seamlessNotAllowed();
    const preferred = fit.length === 1 ? fit : fit.filter((site) => site.default);
    if (preferred.length === 1) return preferred[0]!;
    throw new Problem(
      'site_ambiguous',
      `Several sites collect ${currency} and none is the default: name one in site_id.`,
    );
  }
}

function limitFaults({ min_amount: min, max_amount: max, currency }: SiteConfig, amount: number): FieldFault[] {
  if (amount >= min && amount <= max) return [];
  return [{ pointer: '/amount', code: 'range', detail: `this site takes ${min} to ${max} ${currency} in one payment` }];
}

function isOpenTo(site: SiteConfig, caller: string): boolean {
  return site.callers === undefined || site.callers.includes(caller);
}

function seamlessNotAllowed(): Problem {
  return new Problem('seamless_not_allowed', 'Ask for integration "redirect": seamless would publish the apikey.');
}
