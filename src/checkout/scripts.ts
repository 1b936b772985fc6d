/**
 * The pages' scripts, as browsers get them: plain, small, and none is needed where CinetPay itself does not need one.
 * They read what they work on from data attributes of the body, so that no text of an order ever stands in a script.
 */

/** Asks what there is to see, and goes on when that is no longer what the page shows. */
export const WATCH = `(function () {
  var page = document.body.dataset;
  setInterval(function () {
    fetch(page.watch, { cache: 'no-store' }).then(function (answer) {
      return answer.ok ? answer.json() : null;
    }).then(function (seen) {
      if (seen && seen.view !== page.view) location.replace(page.next);
    }).catch(function () {});
  }, 1500);
})();`;

/** Goes back to the shop at once; inside the frame of our own page it stays, because that page shows the result. */
export const GO_BACK = `(function () {
  var ours = false;
  try {
    ours = parent !== window && parent.location.origin === location.origin;
  } catch (refused) {
    ours = false;
  }
  if (ours) return;
  var form = document.forms[0];
  if (form) form.submit();
  else location.replace(document.getElementById('go').href);
})();`;

/**
 * Opens CinetPay's window and says what its script reports. A report is no proof: it only makes the service ask CinetPay, and
 * the page goes on when the answer is known (WATCH). An older release of the official script reloads the page when its window
 * is closed, so after a reload the window opens only when the customer asks for it. The script changes the objects it is given,
 * and calls each function once: every opening starts from fresh ones.
 */
export const SEAMLESS = `(function () {
  var page = document.body.dataset;
  function show(id) {
    ['opening', 'closed', 'failed', 'blocked', 'confirming'].forEach(function (one) {
      document.getElementById(one).hidden = one !== id;
    });
    document.getElementById('resume').hidden = id !== 'closed' && id !== 'failed';
    document.getElementById('retry').hidden = id !== 'blocked';
  }
  function seen() {
    fetch(page.seen, { method: 'POST', keepalive: true }).catch(function () {});
  }
  function open() {
    if (typeof CinetPay === 'undefined') return show('blocked');
    show('opening');
    CinetPay.setConfig(JSON.parse(page.config));
    CinetPay.getCheckout(JSON.parse(page.checkout));
    CinetPay.waitResponse(function () { show('confirming'); seen(); });
    CinetPay.onError(function (fault) {
      document.getElementById('fault').textContent = [fault && fault.message, fault && fault.description].filter(Boolean).join(': ');
      show('failed');
      seen();
    });
    CinetPay.onClose(function () { show('closed'); seen(); });
  }
  document.getElementById('resume').addEventListener('click', open);
  document.getElementById('retry').addEventListener('click', function () { location.replace(location.href); });
  var visit = performance.getEntriesByType('navigation')[0];
  if (visit && visit.type === 'reload' && typeof CinetPay !== 'undefined') show('closed');
  else open();
})();`;
