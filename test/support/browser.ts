import { existsSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import axe from 'axe-core';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { expect } from 'vitest';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/snap/bin/chromium'];
const wanted = process.env.CHROMIUM_PATH === undefined ? PLACES : [process.env.CHROMIUM_PATH];
const executablePath = wanted.find((place) => existsSync(place));

/** Whether this machine has a Chromium; tests that need one are for `describe.runIf(hasBrowser)`. */
export const hasBrowser = executablePath !== undefined;
if (!hasBrowser) {
  console.warn(`Browser tests are left out: no Chromium at ${wanted.join(', ')}; CHROMIUM_PATH can name one.`);
}

const SCREENSHOTS = join('test', 'screenshots');

/** One tab, and everything its pages complained about: scripts, policies, missing resources. */
export interface Tab {
  page: Page;
  complaints: string[];
  close(): Promise<void>;
}

/** A browser without a window. */
export async function startBrowser(): Promise<Browser> {
  mkdirSync(SCREENSHOTS, { recursive: true });
  return chromium.launch({
    executablePath,
    args: [
      // Tests may run as root and in containers with little shared memory.
      ...['--no-sandbox', '--disable-dev-shm-usage'],
      // Here everything is on this machine, which pages without an address of their own may not reach otherwise.
      '--disable-features=LocalNetworkAccessChecks',
    ],
  });
}

/** A tab of a customer of its own: no cookie and no memory of any other. */
export async function openTab(browser: Browser, options: BrowserContextOptions = {}): Promise<Tab> {
  const context = await browser.newContext({ locale: 'fr-CI', viewport: { width: 1024, height: 768 }, ...options });
  const page = await context.newPage();
  // Less than a test's own time, so that a failure says what it waited for.
  page.setDefaultTimeout(10_000);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  return { page, complaints, close: () => context.close() };
}

/** Keeps what the page looks like in test/screenshots, for people. */
export async function picture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true, animations: 'disabled' });
}

/** Fails with every accessibility rule the page breaks, and where. What others show in frames is theirs. */
export async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(axe.source);
  const violations = await page.evaluate(async () => {
    const { axe: here, document } = globalThis as any;
    const { violations: found } = await here.run(document, { iframes: false });
    return found.map(({ id, nodes }: any) => `${id}: ${nodes.map((node: any) => node.html).join(' | ')}`);
  });
  expect(violations).toEqual([]);
}

/** No part of the page is wider than the screen. */
export async function expectNoSideways(page: Page): Promise<void> {
  const { scrollWidth, clientWidth } = await page.evaluate(() => {
    const { documentElement } = (globalThis as any).document;
    return { scrollWidth: documentElement.scrollWidth, clientWidth: documentElement.clientWidth };
  });
  expect(scrollWidth).toBeLessThanOrEqual(clientWidth);
}

/** Somebody's shop: remembers what arrives and thanks for it. */
export interface Shop {
  url: string;
  arrivals: { method: string; url: string; body: string }[];
  /** Pages of its own, by path. */
  pages: Map<string, string>;
  close(): Promise<void>;
}

/** Starts a shop that refuses to be framed, as most do, but for pages of its own. */
export async function startShop(): Promise<Shop> {
  const arrivals: Shop['arrivals'] = [];
  const pages: Shop['pages'] = new Map();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const own = pages.get(request.url ?? '');
      if (own === undefined && request.url !== '/favicon.ico')
        arrivals.push({ method: request.method!, url: request.url!, body: Buffer.concat(chunks).toString() });
      response.setHeader('Content-Type', 'text/html; charset=utf-8');
      if (own === undefined) response.setHeader('X-Frame-Options', 'DENY');
      const head = '<!doctype html><html lang="fr"><link rel="icon" href="data:,"><title>Boutique</title>';
      response.end(own ?? `${head}<h1>Merci de votre commande</h1>`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${port}`, arrivals, pages, close };
}
