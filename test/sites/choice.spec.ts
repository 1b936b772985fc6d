// Proves which site collects an order, and that a refusal never speaks of a site that the caller may not use.
import { describe, expect, it } from 'vitest';
import { Problem } from '../../src/common/problem';
import { Secret } from '../../src/common/secret';
import { Config, SiteConfig } from '../../src/config/config';
import { Sites, type SiteWish } from '../../src/sites/sites.service';

const site = (site_id: string, fields: Partial<SiteConfig> = {}): SiteConfig =>
  Object.assign(new SiteConfig(), {
    site_id,
    currency: 'XOF',
    apikey: new Secret('k'),
    secret_key: new Secret('s'),
    ...fields,
  });
const sites = (...all: SiteConfig[]) => new Sites(Object.assign(new Config(), { sites: all }));
const wish: SiteWish = { currency: 'XOF', amount: 1000, caller: 'shop', integration: 'redirect' };

function refusal(all: SiteConfig[], change: Partial<SiteWish> = {}): Problem {
  try {
    sites(...all).choose({ ...wish, ...change });
  } catch (thrown) {
    if (thrown instanceof Problem) return thrown;
  }
  throw new Error('it chose a site');
}

describe('without a site_id', () => {
  it('takes the only site of the currency, or the default one', () => {
    expect(sites(site('1'), site('2', { currency: 'XAF' })).choose(wish).site_id).toBe('1');
    expect(sites(site('1'), site('2', { default: true })).choose(wish).site_id).toBe('2');
  });

  it('overlooks sites of other callers', () => {
    const others = site('2', { default: true, callers: ['other'] });
    expect(sites(site('1', { callers: ['shop'] }), others).choose(wish).site_id).toBe('1');
    const { code, detail } = refusal([site('777', { callers: ['other'] })]);
    expect(code).toBe('no_site_for_currency');
    expect(detail).not.toContain('777');
  });

  it('refuses when there is none, or several without a default', () => {
    expect(refusal([site('1')], { currency: 'GNF' }).code).toBe('no_site_for_currency');
    expect(refusal([site('1'), site('2')]).code).toBe('site_ambiguous');
    expect(refusal([site('1', { default: true }), site('2', { default: true })]).code).toBe('site_ambiguous');
  });

  it('takes a seamless order only where it is allowed', () => {
    const seamless = { integration: 'seamless' } as const;
    expect(
      sites(site('1', { default: true }), site('2', { seamless: true })).choose({ ...wish, ...seamless }).site_id,
    ).toBe('2');
    expect(refusal([site('1')], seamless).code).toBe('seamless_not_allowed');
  });
});

describe('with a site_id', () => {
  it('takes that site or says why not', () => {
    const all = [
      site('1', { default: true }),
      site('2'),
      site('3', { callers: ['other'] }),
      site('4', { currency: 'XAF' }),
    ];
    expect(sites(...all).choose({ ...wish, siteId: '2' }).site_id).toBe('2');
    expect(refusal(all, { siteId: '9' }).code).toBe('site_unknown');
    expect(refusal(all, { siteId: '3' }).code).toBe('site_not_allowed');
    expect(refusal(all, { siteId: '4' }).code).toBe('site_currency_mismatch');
    expect(refusal(all, { siteId: '2', integration: 'seamless' }).code).toBe('seamless_not_allowed');
  });
});

it("keeps to the site's limits", () => {
  const limited = [site('1', { min_amount: 100, max_amount: 1_500_000 })];
  for (const amount of [100, 1_500_000]) expect(sites(...limited).choose({ ...wish, amount }).site_id).toBe('1');
  for (const amount of [95, 1_500_005]) {
    const { code, extras } = refusal(limited, { amount });
    expect(code).toBe('validation_failed');
    expect(extras.errors).toMatchObject([{ pointer: '/amount', code: 'range' }]);
  }
});

it('finds sites by id', () => {
  expect(sites(site('1')).byId('1')?.site_id).toBe('1');
  expect(sites(site('1')).byId('2')).toBeUndefined();
  expect(sites(site('1')).all).toHaveLength(1);
});
