// Proves in a real browser what runs in frames: our page around the counter, and the shop's page around ours.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FrameLocator } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { hasBrowser, picture } from '../support/browser';
import { eventually } from '../support/gateway';
import { Stage } from './stage';

describe.runIf(hasBrowser)('the counter in a frame', () => {
  const stage = new Stage();
  const counter = (): FrameLocator => stage.page.frameLocator('iframe');

  it('of our page: pays there and sees the end around it, although the shop lets nobody frame it', async () => {
    const placed = await stage.place();
    await stage.open(`${placed.checkout_url}/inline`);
    await counter().locator('#operator').waitFor();
    await stage.looksWell('inline');
    await counter().locator('button[value=pay]').click();
    await stage.reads('Paiement accepté');
    expect(stage.page.url()).toBe(`${placed.checkout_url}/inline`);
    expect(stage.shop.arrivals).toEqual([]);
    expect(stage.tab.complaints).toEqual([]);
  });

  it('of our page: waits there too', async () => {
    const placed = await stage.placeWithoutLink();
    await stage.open(`${placed.checkout_url}/inline`);
    await stage.reads('Un instant…');
    await stage.customers.faults([]);
    await counter().locator('#operator').waitFor();
    expect(stage.page.url()).toBe(`${placed.checkout_url}/inline`);
    expect(stage.tab.complaints).toEqual([]);
  });

  it('of our page: says that the end is not known yet when the customer is back before it is', async () => {
    const placed = await stage.place();
    await stage.open(`${placed.checkout_url}/inline`);
    await counter().locator('#operator').waitFor();
    await stage.customers.faults([
      { operation: 'check', kind: 'status', status: 503 },
      { operation: 'notify', kind: 'lost' },
    ]);
    await counter().locator('button[value=pay]').click();
    await counter().getByText('Confirmation en cours').waitFor();
    await stage.looksWell('inline-confirming');
  });

  it("of the shop's page: shows a drop-in order's counter and its end", async () => {
    const placed = await stage.place();
    const drop_in = { site_id: '1', notify_url: 'https://shop.example/n', device_id: 'socket' };
    await stage.customers.change(placed, { origin: 'drop_in', return_url: null, drop_in });
    const shown = `<!doctype html><html lang="fr"><link rel="icon" href="data:,"><title>Boutique</title>
      <iframe title="Paiement" width="500" height="700" src="${placed.checkout_url}"></iframe>`;
    stage.shop.pages.set('/panier', shown);
    await stage.open(`${stage.shop.url}/panier`);
    await counter().locator('button[value=pay]').click();
    await counter().getByRole('heading', { name: 'Paiement accepté' }).waitFor();
    await picture(stage.page, 'drop-in-frame');
    expect(stage.tab.complaints).toEqual([]);
  });

  const page = (url: string): string =>
    `<!doctype html><html lang="fr"><meta charset="utf-8"><title>App</title><iframe title="Paiement" width="500" height="700" src="${url}"></iframe>`;
  it.each<[where: string, show: (url: string) => Promise<void>]>([
    [
      'a file',
      async (url) => {
        const file = join(mkdtempSync(join(tmpdir(), 'app-')), 'index.html');
        writeFileSync(file, page(url));
        await stage.open(`file://${file}`);
      },
    ],
    [
      'about:blank',
      async (url) => {
        await stage.open('about:blank');
        await stage.page.setContent(page(url));
      },
    ],
    ['data:', (url) => stage.open(`data:text/html,${encodeURIComponent(page(url))}`)],
  ])("of an app's page, which is %s: waits, shows the counter and the end", async (_where, show) => {
    const placed = await stage.placeWithoutLink();
    await stage.customers.change(placed, {
      ...{ origin: 'drop_in', return_url: null, drop_in: { site_id: '1', device_id: 'socket' } },
    });
    await show(placed.checkout_url);
    await counter().getByText('Un instant…').waitFor();
    await stage.customers.faults([]);
    await counter().locator('button[value=pay]').click();
    await counter().getByRole('heading', { name: 'Paiement accepté' }).waitFor();
    expect(stage.tab.complaints).toEqual([]);
  });

  it("of an app's page: stays away where the order does not come from the old script", async () => {
    const placed = await stage.placeWithoutLink();
    await stage.open('about:blank');
    await stage.page.setContent(page(placed.checkout_url));
    await eventually(() => expect(stage.tab.complaints.join()).toContain('frame-ancestors'));
  });

  it("of the shop's page: goes back to the shop's own address, when the shop lets itself be framed", async () => {
    const placed = await stage.place({ return_url: `${stage.shop.url}/merci-cadre` });
    const head = '<!doctype html><html lang="fr"><link rel="icon" href="data:,"><title>Boutique</title>';
    stage.shop.pages.set(
      '/cadre',
      `${head}<iframe title="Paiement" width="500" height="700" src="${placed.checkout_url}"></iframe>`,
    );
    stage.shop.pages.set(`/merci-cadre?transaction_id=${placed.transaction_id}`, `${head}<h1>Merci dans le cadre</h1>`);
    await stage.open(`${stage.shop.url}/cadre`);
    await counter().locator('button[value=pay]').click();
    await counter().getByRole('heading', { name: 'Merci dans le cadre' }).waitFor();
    expect(stage.tab.complaints).toEqual([]);
  });
});
