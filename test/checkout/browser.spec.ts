// Proves in a real browser that customers get through: to the counter and back, in French and English, on a small phone, with and without
// JavaScript, with nothing for the console to complain about and nothing that keeps anybody out.
import { describe, expect, it } from 'vitest';
import { expectAccessible, hasBrowser, picture } from '../support/browser';
import { Stage } from './stage';

const PHONE = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true };

describe.runIf(hasBrowser)('a customer', () => {
  const stage = new Stage();

  it('goes to the counter, pays with Orange Money and is back in the shop', async () => {
    const placed = await stage.place();
    await stage.open(placed.checkout_url);
    await stage.isAtCounter();
    expect(stage.page.url()).toBe(placed.payment_url);
    await stage.page.selectOption('#operator', 'OM');
    await stage.page.fill('#phone', '0707070707');
    await stage.page.click('button[value=pay]');
    await stage.isBackInShop(placed);
    expect(stage.shop.arrivals.map(({ method }) => method)).toEqual(['GET']);
    await stage.customers.becomes(placed, { status: 'accepted' });
    await stage.page.goto(placed.checkout_url);
    await stage.reads('Paiement accepté');
    await stage.looksWell('accepted');
    await stage.page.click('text=Retour à la boutique');
    await stage.isBackInShop(placed);
    expect(stage.tab.complaints).toEqual([]);
  });

  it('waits in a room that becomes the counter by itself', async () => {
    const placed = await stage.placeWithoutLink();
    await stage.open(placed.checkout_url);
    await stage.reads('Un instant…');
    await stage.looksWell('waiting');
    await stage.customers.faults([]);
    await stage.isAtCounter();
    expect(stage.tab.complaints).toEqual([]);
  });

  it('is told while waiting when it takes long', async () => {
    const placed = await stage.placeWithoutLink();
    await stage.customers.change(placed, { created_at: new Date(Date.now() - 9_000) });
    await stage.open(placed.checkout_url);
    await stage.reads('Encore un peu de patience');
    await stage.looksWell('waiting-long');
  });

  it('reads English when the order is English, whatever the browser speaks', async () => {
    const placed = await stage.placeWithoutLink({ lang: 'en', description: 'Order 1234: two pagnes' });
    await stage.open(placed.checkout_url);
    await stage.reads('One moment…');
    await stage.looksWell('waiting-en');
    await stage.customers.faults([]);
    await stage.isAtCounter();
    await stage.page.click('button[value=cancel]');
    await stage.isBackInShop(placed);
    await stage.customers.becomes(placed, { status: 'refused' });
    await stage.page.goto(placed.checkout_url);
    await stage.reads('Payment cancelled');
    await stage.looksWell('cancelled-en');
  });

  it('finds no page that is wider than a phone of 360 px', async () => {
    const placed = await stage.placeWithoutLink({ description: 'Commande'.repeat(30), transaction_id: 'O'.repeat(63) });
    await stage.open(placed.checkout_url, PHONE);
    await stage.reads('Un instant…');
    await stage.looksWell('waiting-360');
    await stage.customers.faults([]);
    await stage.isAtCounter();
    await stage.page.goto(`${placed.checkout_url}/inline`);
    await stage.page.frameLocator('iframe').locator('#operator').waitFor();
    await stage.looksWell('inline-360');
    await stage.customers.ends('refuse', placed);
    await stage.reads('Paiement refusé');
    await stage.looksWell('refused-360');
  });

  it('has a receipt that a cashier can compare, on a phone of 360 px', async () => {
    const placed = await stage.place({ order_reference: 'Table 7' });
    await stage.customers.does('pay', placed);
    await stage.open(`${placed.checkout_url}/result`, PHONE);
    await stage.reads('Paiement accepté');
    expect(await stage.page.locator('dl.ref dt').allInnerTexts()).toEqual([
      ...['Payé le', 'Moyen de paiement', 'N° de l’opérateur', 'Commande', 'Référence'],
    ]);
    expect(await stage.page.locator('dl.ref').innerText()).toMatch(/\(Abidjan\).*Orange Money.*Table 7/s);
    await stage.looksWell('receipt-360');
  });

  it('gets through without JavaScript', async () => {
    const placed = await stage.placeWithoutLink();
    await stage.open(placed.checkout_url, { javaScriptEnabled: false });
    await stage.reads('Un instant…');
    await picture(stage.page, 'waiting-no-script');
    await stage.customers.faults([]);
    await stage.isAtCounter();
    await stage.page.click('button[value=pay]');
    await stage.page.click('#return button');
    await stage.isBackInShop(placed);
    await stage.customers.becomes(placed, { status: 'accepted' });
  });

  it('sees how every payment ended, and that it has, without asking', async () => {
    const placed = await stage.place();
    await stage.open(`${placed.checkout_url}/result`);
    await stage.reads('Confirmation en cours');
    await stage.looksWell('confirming');
    await stage.customers.does('refuse', placed);
    await stage.reads('Paiement refusé');
    expect(await stage.page.getByRole('status').innerText()).toMatch(/^L’opérateur n’a pas fait ce paiement/);
    await stage.looksWell('refused');
    await stage.customers.change(placed, { status_reason: '602 INSUFFICIENT_BALANCE' });
    await stage.page.reload();
    expect(await stage.page.getByRole('status').innerText()).toMatch(/^Le solde de votre compte ne suffit pas/);
    await stage.customers.change(placed, { status: 'expired', status_reason: 'not_paid_in_time' });
    await stage.page.reload();
    await stage.reads('Délai dépassé');
    await stage.looksWell('expired');
    await stage.customers.change(placed, { status: 'rejected' });
    await stage.page.reload();
    await stage.reads('Paiement impossible');
    await stage.looksWell('rejected');
  });

  it('is kept from paying what must not be paid', async () => {
    const closed = await stage.place();
    await stage.gateway.call('POST', `/v1/payments/${closed.transaction_id}/close`);
    await stage.open(closed.checkout_url);
    await stage.reads('Lien fermé');
    await stage.looksWell('closed');
    const review = await stage.place();
    await stage.customers.change(review, { needs_review: true });
    await stage.page.goto(review.checkout_url);
    await stage.reads('Paiement en cours de vérification');
    await stage.looksWell('review');
    const first = await stage.place({ order_reference: '7' });
    await stage.customers.ends('refuse', first);
    const second = await stage.place({ order_reference: '7' });
    await stage.customers.ends('pay', first);
    await stage.page.goto(second.checkout_url);
    await stage.reads('Commande déjà payée');
    await stage.looksWell('paid-otherwise');
  });

  it('reads a page for people under an unknown address', async () => {
    await stage.open(`${stage.gateway.url}/checkout/nobody`, { locale: 'en-GB' });
    await stage.reads('Payment not found');
    await picture(stage.page, 'unknown-en');
    await expectAccessible(stage.page);
    // The page's own status, and nothing else.
    expect(stage.tab.complaints).toEqual([expect.stringContaining('status of 404')]);
  });

  it('comes back to a shop with a drop-in client by a form, with scripts and without', async () => {
    for (const javaScriptEnabled of [true, false]) {
      const placed = await stage.place();
      const drop_in = { site_id: '1', notify_url: 'https://shop.example/n' };
      await stage.customers.change(placed, { origin: 'drop_in', drop_in });
      await stage.open(placed.checkout_url, { javaScriptEnabled });
      await stage.isAtCounter();
      await stage.page.click('button[value=pay]');
      if (!javaScriptEnabled) {
        await stage.page.click('#return button');
        await stage.reads('Merci');
        await picture(stage.page, 'returning');
        await stage.page.click('text=Continuer');
      }
      await stage.page.waitForURL(`${stage.shop.url}/merci?panier=7`);
      const token = placed.checkout_url.split('/').pop();
      const body = `transaction_id=${placed.transaction_id}&token=${token}`;
      expect(stage.shop.arrivals).toEqual([{ method: 'POST', url: '/merci?panier=7', body }]);
      expect(stage.tab.complaints).toEqual([]);
      await stage.customers.becomes(placed, { status: 'accepted' });
      if (javaScriptEnabled) await stage.clear();
    }
  });
});
