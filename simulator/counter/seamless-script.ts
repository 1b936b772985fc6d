/** The browser's side of seamless: a global `CinetPay` with the official script's five functions. */
export function seamlessScript(publicUrl: string): string {
  return SOURCE.replace('__BASE__', JSON.stringify(publicUrl));
}

/**
 * Plain script for any browser; `mode` and `type` are not for the API. Callbacks run once each. Where CinetPay's pushes through a socket this
 * one asks, and after a lost connection it goes on under a new device, as CinetPay's does.
 */
const SOURCE = `(function (window, document) {
  'use strict';
  var base = __BASE__;
  var config = {}, modal = null, poll = null;
  var told = { response: null, error: null, close: null };
  var handlers = { response: null, error: null, close: null };

  function tell(kind, data) {
    if (told[kind]) return;
    told[kind] = { data: data };
    run(kind);
  }
  function run(kind) {
    var handler = handlers[kind];
    if (!handler || !told[kind] || told[kind].done) return;
    told[kind].done = true;
    window.setTimeout(function () { handler(told[kind].data); }, 0);
  }
  function listen(kind, handler) {
    handlers[kind] = handler;
    run(kind);
  }
  function fail(message, description) { tell('error', { message: message, description: description }); }

  function newDevice() {
    var bytes = new Uint8Array(16), text = '';
    window.crypto.getRandomValues(bytes);
    for (var i = 0; i < bytes.length; i += 1) text += (bytes[i] + 256).toString(16).slice(1);
    return text;
  }
  function closeModal() {
    if (modal && modal.parentNode) modal.parentNode.removeChild(modal);
    modal = null;
  }
  function showModal(url) {
    closeModal();
    modal = document.createElement('div');
    modal.id = 'cp_modal_first_parent';
    modal.setAttribute('role', 'dialog');
    modal.setAttribute('aria-modal', 'true');
    modal.setAttribute('aria-label', 'CinetPay');
    modal.style.cssText = 'position:fixed;inset:0;z-index:2147483647;background:rgba(0,0,0,.6);display:flex;align-items:center;justify-content:center';
    var box = document.createElement('div');
    box.style.cssText = 'position:relative;width:540px;max-width:100%;height:710px;max-height:100%;background:#fff;border-radius:8px;overflow:hidden';
    var close = document.createElement('button');
    close.type = 'button';
    close.id = 'cp_modal_close';
    close.setAttribute('aria-label', 'Close');
    close.textContent = '\\u00d7';
    close.style.cssText = 'position:absolute;top:6px;right:6px;width:36px;height:36px;font-size:22px;border:0;border-radius:18px;cursor:pointer';
    close.onclick = function () {
      closeModal();
      window.clearInterval(poll);
      tell('close', told.response ? told.response.data : { status: 'PENDING' });
    };
    var frame = document.createElement('iframe');
    frame.src = url;
    frame.title = 'CinetPay';
    frame.style.cssText = 'width:100%;height:100%;border:0';
    box.appendChild(frame);
    box.appendChild(close);
    modal.appendChild(box);
    document.body.appendChild(modal);
    close.focus();
  }
  function waitForResult(device) {
    var lost = false, busy = false;
    window.clearInterval(poll);
    var mine = poll = window.setInterval(function () {
      if (busy) return;
      busy = true;
      (lost ? attach() : ask()).catch(function () { lost = true; }).then(function () { busy = false; });
    }, 300);
    function ask() {
      return window.fetch(base + '/v2/seamless/result/' + device).then(function (answer) {
        return answer.status === 200 ? answer.json() : null;
      }).then(function (data) {
        if (!data) return;
        window.clearInterval(mine);
        tell('response', data);
        if (config.close_after_response) closeModal();
      });
    }
    function attach() {
      var next = newDevice();
      return post('/v2/seamless/device', { old_device_id: device, new_device_id: next }).then(function (data) {
        lost = false;
        if (data.code !== '202') return fail(data.message, data.description);
        device = next;
      });
    }
  }
  function post(path, body) {
    return window.fetch(base + path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json;charset=UTF-8' },
      body: JSON.stringify(body)
    }).then(function (answer) { return answer.json(); });
  }
  function start(order) {
    var device = newDevice(), body = {}, name;
    for (name in config) body[name] = config[name];
    for (name in order) body[name] = order[name];
    delete body.mode;
    delete body.type;
    body.device_id = device;
    told = { response: null, error: null, close: null };
    post('/v2/payment', body).then(function (data) {
      if (data.code !== '201') return fail(data.message, data.description);
      showModal(data.data.payment_url);
      waitForResult(device);
    }).catch(function () { fail('ERROR_CONNECTION', 'The payment could not be started'); });
  }

  window.CinetPay = {
    setConfig: function (settings) {
      if (!settings || typeof settings !== 'object') return fail('OBJECT_REQUIRED', 'setConfig takes an object');
      config = settings;
    },
    getCheckout: function (order) {
      if (!order || typeof order !== 'object') return fail('OBJECT_REQUIRED', 'getCheckout takes an object');
      start(order);
    },
    waitResponse: function (handler) { listen('response', handler); },
    onError: function (handler) { listen('error', handler); },
    onClose: function (handler) { listen('close', handler); }
  };
})(window, document);
`;
