import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import {
  expectAccessible,
  expectNoSideways,
  openTab,
  picture,
  startBrowser,
  startShop,
  type Shop,
  type Tab,
} from '../support/browser';
import { startTestGateway, type TestGateway } from '../support/gateway';
import { Customers, type Placed } from './customers';

/** A gateway, a shop and a browser for the tests of one file, and a fresh tab for each of them. */
export class Stage {
  gateway!: TestGateway;
  customers!: Customers;
  shop!: Shop;
  tab!: Tab;
  private browser!: Browser;

  /** Call it where the tests are: it registers what happens around them. */
  constructor() {
    beforeAll(() => this.setUp());
    afterEach(() => this.clear());
    afterAll(() => this.tearDown());
  }

  get page(): Page {
    return this.tab.page;
  }

  /** A customer's browser at an address. `before` may change what the browser does with it. */
  async open(url: string, options: BrowserContextOptions = {}, before?: (page: Page) => Promise<void>): Promise<void> {
    this.tab = await openTab(this.browser, options);
    await before?.(this.page);
    await this.page.goto(url);
  }

  async place(overrides: Record<string, unknown> = {}): Promise<Placed> {
    const return_url = `${this.shop.url}/merci?panier=7`;
    return this.customers.place({ return_url, description: 'Commande 1234 : deux pagnes', ...overrides });
  }

  /** CinetPay does not answer until `customers.faults([])`. */
  async placeWithoutLink(overrides: Record<string, unknown> = {}): Promise<Placed> {
    await this.customers.faults([{ operation: 'payment', kind: 'status', status: 503 }]);
    return this.place(overrides);
  }

  async reads(heading: string): Promise<void> {
    await this.page.getByRole('heading', { level: 1, name: heading }).waitFor({ timeout: 10_000 });
  }

  async isAtCounter(): Promise<void> {
    await this.page.waitForURL(`${this.gateway.simulator.url}/payment/*`);
  }

  async isBackInShop({ transaction_id }: Placed): Promise<void> {
    await this.page.waitForURL(`${this.shop.url}/merci?panier=7&transaction_id=${transaction_id}`);
  }

  /** Keeps a picture, and holds the page to what every page has to be. */
  async looksWell(name: string): Promise<void> {
    await picture(this.page, name);
    await expectAccessible(this.page);
    await expectNoSideways(this.page);
    expect(this.tab.complaints).toEqual([]);
  }

  private async setUp(): Promise<void> {
    // Nothing is asked by the clock: only because a customer or CinetPay came by.
    const env = { CHECK_SCHEDULE_SECONDS: '86400', INITIATION_RETRY_SECONDS: '1' };
    [this.gateway, this.shop, this.browser] = await Promise.all([
      startTestGateway({ env }),
      startShop(),
      startBrowser(),
    ]);
    for (const site of this.gateway.config.sites) site.name = 'Boutique Koné & Filles';
    this.customers = new Customers(this.gateway);
  }

  /** After each test; in between it makes room for another tab. */
  async clear(): Promise<void> {
    await this.tab.close();
    await this.customers.faults([]);
    this.shop.arrivals.length = 0;
  }

  private async tearDown(): Promise<void> {
    await this.browser.close();
    await Promise.all([this.gateway.close(), this.shop.close()]);
  }
}
