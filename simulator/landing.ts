import { document, escape } from './counter/html';
import { MAGIC_AMOUNTS } from './faults/magic-amounts';
import type { Simulation } from './simulation';

/** GET /: what this is and how any CinetPay integrator uses it. */
export function landingPage(sim: Simulation, address: string): string {
  const main = [
    '<h1>CinetPay simulator</h1>',
    '<p>A stand-in for CinetPay’s Checkout API v2: the same requests, answers, counter page and signed notifications. No money, no account, no internet. It is not made by CinetPay.</p>',
    `<p>Put <code>${escape(address)}</code> where your code says <code>https://api-checkout.cinetpay.com</code>, and use one of these sites.</p>`,
    sites(sim),
    '<h2>Start a payment, pay it, check it</h2>',
    `<pre>${escape(example(sim, address))}</pre>`,
    '<p>Open the <code>payment_url</code> of the first answer in a browser to pay, refuse, cancel, wait or walk away by hand. Your <code>notify_url</code> gets a GET ping, then a form POST signed in <code>x-token</code> with the secret key.</p>',
    `<p>Seamless pages load <code>${escape(address)}/seamless/main.js</code> instead of CinetPay’s script.</p>`,
    '<h2>Amounts that choose a behaviour</h2>',
    '<p>In any currency. “First initiation” means the first request with a transaction_id.</p>',
    magicTable(),
    '<h2>Control</h2>',
    controlTable(),
  ].join('');
  return document('en', 'CinetPay simulator', main, '', true);
}

function sites(sim: Simulation): string {
  const rows = sim.settings.sites.map(({ currency, site_id, apikey, secret_key }) => [
    ...[currency, site_id, apikey, secret_key],
  ]);
  return table(['currency', 'site_id', 'apikey', 'secret key'], rows);
}

function magicTable(): string {
  return table(
    ['amount', 'what happens'],
    MAGIC_AMOUNTS.map(({ amount, meaning }) => [String(amount), meaning]),
  );
}

/** On a narrow screen each cell is a line of its own, under its column's name. */
function table(names: string[], rows: string[][]): string {
  const head = names.map((name) => `<th>${escape(name)}</th>`).join('');
  const body = rows.map((row) => `<tr>${row.map((text, index) => cell(text, names[index])).join('')}</tr>`).join('');
  return `<table><tr>${head}</tr>${body}</table>`;
}

const CONTROLS: [string, string][] = [
  ['POST /_sim/reset', 'forgets everything; settings and faults are as at the start'],
  ['GET, PUT /_sim/settings', 'any part of the settings; GET shows them all; kept until a reset'],
  [
    'GET, PUT /_sim/faults',
    '{seed, rules: [{operation, kind, probability?, times?, delay_ms?, status?, retry_after?}]}; until the program ends',
  ],
  [
    'POST /_sim/transactions/{id}/pay, refuse, cancel, wait',
    '{payment_method?, phone?, code?, status?, site_id?}; site_id where several sites have the id',
  ],
  ['GET /_sim/transactions/{id}', 'its state and every request that named it; ?site_id= of one site'],
  ['GET /_sim/ledger', 'captures, notifications, pings, calls'],
];

function controlTable(): string {
  const rows = CONTROLS.map(([call, meaning]) => `<tr><td><code>${escape(call)}</code></td>${cell(meaning)}</tr>`);
  return `<table>${rows.join('')}</table>`;
}

function cell(text: string, name?: string): string {
  return `<td${name === undefined ? '' : ` data-name="${escape(name)}"`}>${escape(text)}</td>`;
}

function example(sim: Simulation, address: string): string {
  const [site] = sim.settings.sites;
  const credentials = { apikey: site?.apikey, site_id: site?.site_id };
  const order = {
    ...{ ...credentials, transaction_id: 'ORDER1', amount: 2500, currency: site?.currency, description: 'Order 1' },
    ...{ notify_url: 'http://127.0.0.1:8080/notify', return_url: 'http://127.0.0.1:8080/thanks', channels: 'ALL' },
  };
  const post = (path: string, body?: unknown): string =>
    `curl -s -X POST ${address}${path}` +
    (body ? ` -H 'Content-Type: application/json' -d '${JSON.stringify(body)}'` : '');
  return [
    post('/v2/payment', order),
    post('/_sim/transactions/ORDER1/pay'),
    post('/v2/payment/check', { ...credentials, transaction_id: 'ORDER1' }),
  ].join('\n\n');
}
