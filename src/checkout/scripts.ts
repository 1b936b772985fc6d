/**
 * The pages' scripts, as browsers get them: plain, small, and none is needed where CinetPay itself does not need one.
 * They read what they work on from data attributes of the body, so that no text of an order ever stands in a script.
 */

/**
 * Asks what there is to see, and goes on when that is no longer what the page shows. It asks every 1.5 s at first and ever more
 * rarely, every 10 s after some five minutes: a forgotten tab must not keep anybody busy.
 */
export const WATCH = `(function () {
  var page = document.body.dataset, pause = 1500;
  function look() {
    fetch(page.watch, { cache: 'no-store' }).then(function (answer) {
      return answer.ok ? answer.json() : null;
    }).then(function (seen) {
      if (seen && seen.view !== page.view) location.replace(page.next);
    }).catch(function () {}).then(later);
  }
  function later() {
    setTimeout(look, pause);
    pause = Math.min(pause * 1.03, 10000);
  }
  later();
})();`;

/** Goes back to the shop at once; inside the frame of our own page it stays, because that page shows the result. */
export const GO_BACK = `(function () {
  var ours = false;
  try {
    ours = parent !== window && parent.location.origin === location.origin;
  } catch (refused) {
    ours = false;
  }
  if (ours) {
    document.getElementById('leaving').hidden = true;
    document.getElementById('staying').hidden = false;
    return;
  }
  var form = document.forms[0];
  if (form) form.submit();
  else location.replace(document.getElementById('go').href);
})();`;

/**
 * Opens CinetPay's window and says what its script reports. A report is no proof: it only makes the service ask CinetPay, and
 * the page goes on when the answer is known (WATCH). What public copies of the official script do, and is met here:
 * - It changes the objects it is given, and keeps its state for as long as the page lives: whoever opens again starts afresh.
 * - An older release has no onClose and reloads the page when its window is closed: it must not jump at the customer again.
 * - When it fails, or its library is blocked, its overlay stays and covers the page for ever.
 * - It reports an error for a lost connection that it has mended; the counter goes on.
 */
export const SEAMLESS = `(function () {
  var page = document.body.dataset;
  var shown, opened = false;
  function show(id) {
    shown = id;
    ['opening', 'closed', 'failed', 'blocked', 'confirming'].forEach(function (one) {
      document.getElementById(one).hidden = one !== id;
    });
    document.getElementById('resume').hidden = id !== 'closed';
    document.getElementById('retry').hidden = id !== 'failed' && id !== 'blocked';
  }
  function seen() {
    fetch(page.seen, { method: 'POST', keepalive: true }).catch(function () {});
  }
  function afresh() {
    location.replace(location.href);
  }
  function counterIsOpen() {
    return document.querySelector('#cp_modal_first_parent iframe') !== null;
  }
  function giveUp(id) {
    var overlay = document.getElementById('cp_modal_first_parent');
    if (overlay) overlay.remove();
    show(id);
  }
  function open() {
    if (typeof CinetPay === 'undefined') return show('blocked');
    opened = true;
    show('opening');
    CinetPay.setConfig(JSON.parse(page.config));
    CinetPay.getCheckout(JSON.parse(page.checkout));
    CinetPay.waitResponse(function () { show('confirming'); seen(); });
    CinetPay.onError(function (fault) {
      seen();
      if (counterIsOpen()) return;
      document.getElementById('fault').textContent = [fault && fault.message, fault && fault.description].filter(Boolean).join(': ');
      giveUp('failed');
    });
    if (CinetPay.onClose) CinetPay.onClose(function () {
      seen();
      if (shown !== 'confirming') show('closed');
    });
    setTimeout(function () { if (shown === 'opening' && !counterIsOpen()) giveUp('blocked'); }, 30000);
  }
  document.getElementById('resume').addEventListener('click', function () { (opened ? afresh : open)(); });
  document.getElementById('retry').addEventListener('click', afresh);
  var visit = performance.getEntriesByType('navigation')[0];
  if (visit && visit.type === 'reload' && typeof CinetPay !== 'undefined') show('closed');
  else open();
})();`;
