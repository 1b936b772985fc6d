// Proves in a real browser that CinetPay's script opens the counter over our page and over the caller's own, whatever it does and fails to do, and that a
// browser may lie to it about the amount but never pays with the lie.
import type { FrameLocator, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { hasBrowser, picture } from '../support/browser';
import { eventually } from '../support/gateway';
import type { Placed } from './customers';
import { Stage } from './stage';

describe.runIf(hasBrowser)("CinetPay's script", () => {
  const stage = new Stage();
  const window = (): FrameLocator => stage.page.frameLocator('#cp_modal_first_parent iframe');
  const place = (overrides = {}): Promise<Placed> => stage.place({ integration: 'seamless', ...overrides });
  /** What a customer with developer tools does. */
  const tampering = (change: (sent: Record<string, unknown>) => object) => async (page: Page) => {
    await page.route('**/v2/payment', (route) => {
      const sent = route.request().postDataJSON() as Record<string, unknown>;
      return route.continue({ postData: JSON.stringify({ ...sent, ...change(sent) }) });
    });
  };

  it('opens its window over our page, and the page knows when it is paid', async () => {
    const placed = await place();
    await stage.open(placed.checkout_url);
    await window().locator('#operator').waitFor();
    await stage.looksWell('seamless');
    await window().locator('#operator').selectOption('OM');
    await window().locator('button[value=pay]').click();
    await stage.reads('Paiement accepté');
    expect(await stage.customers.read(placed)).toMatchObject({ status: 'accepted', payment_url: null });
    expect(stage.tab.complaints).toEqual([]);
  });

  it('says so when it is refused', async () => {
    const placed = await place();
    await stage.open(`${placed.checkout_url}/seamless`);
    await window().locator('button[value=refuse]').click();
    await stage.reads('Paiement refusé');
    await stage.customers.becomes(placed, { status: 'refused' });
    expect(stage.tab.complaints).toEqual([]);
  });

  it('can be closed and opened again', async () => {
    const placed = await place({ lang: 'en' });
    await stage.open(placed.checkout_url);
    await window().locator('#operator').waitFor();
    await stage.page.click('#cp_modal_close');
    await stage.reads('Window closed');
    await stage.looksWell('seamless-closed-en');
    await stage.page.click('text=Resume the payment');
    await window().locator('#operator').waitFor();
    // An older release of the script reloads the page when it is closed: the window must not jump at him again.
    await stage.page.reload();
    await stage.reads('Window closed');
    await stage.page.click('text=Resume the payment');
    await window().locator('button[value=pay]').click();
    await stage.reads('Payment accepted');
    expect(stage.tab.complaints).toEqual([]);
  });

  it('pays nothing when the browser lowered the amount: a person has to look', async () => {
    const placed = await place();
    await stage.open(
      placed.checkout_url,
      {},
      tampering(() => ({ amount: 100 })),
    );
    await window().locator('button[value=pay]').click();
    await stage.reads('Paiement en cours de vérification');
    const { status, needs_review } = await stage.customers.read(placed);
    expect([status, needs_review]).toEqual(['created', true]);
    expect((await stage.customers.visit(placed, '/status')).body).toEqual({ status: 'PENDING' });
    const { rows } = await stage.gateway.db.query('SELECT type FROM events WHERE transaction_id = $1', [
      placed.transaction_id,
    ]);
    expect(rows).toEqual([{ type: 'payment.mismatch' }]);
  });

  it('pays nothing when the browser paid another transaction instead', async () => {
    const placed = await place();
    await stage.open(
      placed.checkout_url,
      {},
      tampering(({ transaction_id }) => ({ transaction_id: `${String(transaction_id)}X`, amount: 100 })),
    );
    await window().locator('button[value=pay]').click();
    await stage.reads('Confirmation en cours');
    await stage.looksWell('seamless-confirming');
    expect((await stage.customers.read(placed)).status).toBe('created');
  });

  it('says what CinetPay objects to, and can try again', async () => {
    const placed = await place();
    await stage.open(
      placed.checkout_url,
      {},
      tampering(() => ({ amount: 5 })),
    );
    await stage.reads('CinetPay a répondu par une erreur');
    await stage.page.getByText('ERROR_AMOUNT_TOO_LOW').waitFor();
    expect(stage.tab.complaints.splice(0)).toEqual([expect.stringContaining('400')]);
    await stage.looksWell('seamless-failed');
    await stage.page.unroute('**/v2/payment');
    await stage.page.getByRole('button', { name: 'Réessayer' }).click();
    await window().locator('#operator').waitFor();
  });

  it('is missed politely when it cannot be loaded', async () => {
    const placed = await place();
    await stage.open(placed.checkout_url, {}, async (page) => {
      await page.route('**/seamless/main.js', (route) => route.abort());
    });
    await stage.reads('La fenêtre de paiement ne s’ouvre pas');
    expect(stage.tab.complaints.splice(0)).toEqual([expect.stringContaining('ERR_FAILED')]);
    await stage.looksWell('seamless-blocked');
    await stage.page.unroute('**/seamless/main.js');
    await stage.page.getByRole('button', { name: 'Réessayer' }).click();
    await window().locator('#operator').waitFor();
  });

  it('does not hold its customer under an overlay that it leaves behind when it fails', async () => {
    const placed = await place();
    await stage.open(placed.checkout_url, {}, instead(FAILING));
    await stage.reads('CinetPay a répondu par une erreur');
    await stage.page.unroute('**/seamless/main.js');
    await stage.page.getByRole('button', { name: 'Réessayer' }).click();
    await window().locator('#operator').waitFor();
    expect(stage.tab.complaints).toEqual([]);
  });

  it('does not hold him for ever either when it never gets to its counter', async () => {
    const placed = await place();
    await stage.open(placed.checkout_url, {}, async (page) => {
      await page.clock.install();
      await instead(HANGING)(page);
    });
    await stage.reads('Votre paiement');
    await stage.page.clock.fastForward(30_000);
    await stage.reads('La fenêtre de paiement ne s’ouvre pas');
    await expect(stage.page.locator('#cp_modal_first_parent').count()).resolves.toBe(0);
    expect(stage.tab.complaints).toEqual([]);
  });

  it('goes on at its counter after a connection that was lost and found', async () => {
    const placed = await place();
    await stage.open(placed.checkout_url, {}, instead(RECONNECTED));
    await stage.page.frameLocator('#cp_modal_first_parent iframe').getByText('counter').waitFor();
    await eventually(async () => expect((await stage.customers.row(placed)).wake_number).toBe(1));
    await expect(stage.page.locator('#failed').isVisible()).resolves.toBe(false);
    expect(stage.tab.complaints).toEqual([]);
  });

  it('needs JavaScript, and the page says so', async () => {
    const placed = await place();
    await stage.open(placed.checkout_url, { javaScriptEnabled: false });
    await expect(stage.page.locator('noscript p').innerText()).resolves.toContain('a besoin de JavaScript');
    await picture(stage.page, 'seamless-no-script');
  });

  it("runs in a page of the caller's own from the configuration we hand out", async () => {
    const placed = await place();
    const { body } = await stage.gateway.call('GET', `/v1/payments/${placed.transaction_id}/seamless`);
    stage.shop.pages.set('/caisse', ownPage(body));
    await stage.open(`${stage.shop.url}/caisse`);
    await window().locator('button[value=pay]').click();
    await stage.page.getByText('ACCEPTED').waitFor();
    await stage.customers.becomes(placed, { status: 'accepted' });
    expect((await stage.customers.row(placed)).wake_number).toBeGreaterThan(0);
    expect(stage.tab.complaints).toEqual([]);
  });
});

/** Another script in the place of the simulator's, which is better behaved than what is known of the official one. */
function instead(body: string): (page: Page) => Promise<void> {
  return (page) =>
    page
      .route('**/seamless/main.js', (route) => route.fulfill({ contentType: 'text/javascript', body }))
      .then(() => undefined);
}

const OVERLAY = `var overlay = document.createElement('div');
  overlay.id = 'cp_modal_first_parent';
  overlay.style.cssText = 'position:fixed;inset:0;z-index:9999;background:#000b';
  function never() {}`;
const FAILING = `${OVERLAY}
  CinetPay = { setConfig: never, getCheckout: function () { document.body.appendChild(overlay); }, waitResponse: never,
    onError: function (tell) { setTimeout(tell, 100, { message: 'ERROR', description: 'of CinetPay' }); } };`;
const HANGING = `${OVERLAY}
  CinetPay = { setConfig: never, getCheckout: function () { document.body.appendChild(overlay); }, waitResponse: never, onError: never, onClose: never };`;
const RECONNECTED = `${OVERLAY}
  overlay.innerHTML = '<iframe title="counter" srcdoc="counter"></iframe>';
  CinetPay = { setConfig: never, getCheckout: function () { document.body.appendChild(overlay); }, waitResponse: never, onClose: never,
    onError: function (tell) { setTimeout(tell, 100, { message: '', description: 'An error occurred' }); } };`;

/** As docs/checkout.md shows it. */
function ownPage({ script_url, config, checkout, seen_url }: any): string {
  return `<!doctype html><html lang="fr"><link rel="icon" href="data:,"><title>Caisse</title><h1>Caisse</h1><p id="said"></p>
    <script src="${script_url}"></script>
    <script>
      function seen(data) {
        navigator.sendBeacon(${JSON.stringify(seen_url)});
        document.getElementById('said').textContent = data && data.status;
      }
      CinetPay.setConfig(${JSON.stringify(config)});
      CinetPay.getCheckout(${JSON.stringify(checkout)});
      CinetPay.waitResponse(seen);
      CinetPay.onError(seen);
      CinetPay.onClose(seen);
    </script>`;
}
