import { newTransactionId, multipartOf, formOf, wireOrder } from './client';

/** The server's own key and site, which each request has to name. */
export interface Credentials {
  apikey: string;
  site_id: string;
}

/** One request of a client of CinetPay, and the answer that is right for it: the gateway's drop-in API and the simulator give the same. */
export interface RequestCase {
  what: string;
  /** Left out: `/v2/payment`. */
  path?: string;
  /** Left out: JSON of the smallest order. */
  send?: (credentials: Credentials) => { body: string | Buffer; type: string };
  /** Of the answer. */
  code: string;
  /** The field that the description names. */
  names?: string;
}

const JSON_TYPE = 'application/json';
const FORM = 'application/x-www-form-urlencoded';
const CHECK = '/v2/payment/check';
const DEVICE = '/v2/seamless/device';

const CARD = {
  ...{ customer_name: 'KOUADIO', customer_surname: 'Francisse', customer_phone_number: '+2250504315545' },
  ...{ customer_email: 'f@shop.example', customer_address: 'Plateau', customer_city: 'Abidjan' },
  ...{ customer_country: 'CI', customer_state: 'CI', customer_zip_code: '06510' },
};

/** The smallest order with some fields changed, written as a client writes it. */
function order(
  changes: object = {},
  write: (fields: Record<string, unknown>) => string | Buffer = JSON.stringify,
  type = JSON_TYPE,
) {
  return (credentials: Credentials) => ({ body: write({ ...wireOrder(), ...credentials, ...changes }), type });
}

const taken = (what: string, changes: object, rest: Partial<RequestCase> = {}): RequestCase => ({
  ...{ what, code: '201', send: order(changes) },
  ...rest,
});
const refused = (what: string, changes: object, names: string, rest: Partial<RequestCase> = {}): RequestCase => ({
  ...{ what, code: '608', names, send: order(changes) },
  ...rest,
});
const written = (
  what: string,
  write: (fields: Record<string, unknown>) => string | Buffer,
  type: string,
  rest: Partial<RequestCase> = {},
): RequestCase => ({
  ...{ what, code: '201', send: order({}, write, type) },
  ...rest,
});
const posted = (
  what: string,
  path: string,
  fields: object,
  code: string,
  rest: Partial<RequestCase> = {},
): RequestCase => ({
  ...{ what, path, code },
  send: (credentials) => ({ body: JSON.stringify({ ...credentials, ...fields }), type: JSON_TYPE }),
  ...rest,
});

/** As .NET's MultipartFormDataContent writes it: names without quotes, each part with a type. */
function dotNet(fields: Record<string, unknown>): string {
  const quoted = multipartOf(fields, 'b3c1');
  return quoted.replaceAll(
    /Content-Disposition: form-data; name="([^"]+)"/g,
    'Content-Type: text/plain; charset=utf-8\r\nContent-Disposition: form-data; name=$1',
  );
}

/** Each of them is put to both servers. */
export const REQUESTS: readonly RequestCase[] = [
  // How it is written.
  written('JSON', JSON.stringify, 'application/json; charset=utf-8'),
  written('JSON under another type', JSON.stringify, 'text/plain'),
  written('JSON that is called a form', JSON.stringify, FORM),
  written('JSON behind a byte order mark', (fields) => `\uFEFF${JSON.stringify(fields)}`, JSON_TYPE),
  written('JSON behind a byte order mark under another type', (fields) => `\uFEFF${JSON.stringify(fields)}`, FORM),
  written('a form', formOf, FORM),
  written('multipart', multipartOf, 'multipart/form-data; boundary=x7MA4YWxkTrZu0gW'),
  written('multipart with names without quotes', dotNet, 'multipart/form-data; boundary="b3c1"'),
  { what: 'an empty body', send: () => ({ body: '', type: JSON_TYPE }), code: '608' },
  { what: 'broken JSON', send: () => ({ body: '{"apikey":', type: JSON_TYPE }), code: '608' },
  { what: 'a list', send: () => ({ body: '[1]', type: JSON_TYPE }), code: '608' },
  { what: 'a final slash', path: '/v2/payment/', send: order(), code: '201' },
  { what: 'two slashes in front', path: '//v2/payment', send: order(), code: '201' },
  { what: 'two slashes inside', path: '/v2//payment', send: order(), code: '201' },
  // What each field may be.
  refused('no apikey', { apikey: undefined }, 'apikey'),
  refused('no site_id', { site_id: undefined }, 'site_id'),
  { what: 'an unknown apikey', send: order({ apikey: '1.2' }), code: '609' },
  refused('no transaction_id', { transaction_id: undefined }, 'transaction_id'),
  refused('an empty transaction_id', { transaction_id: '' }, 'transaction_id'),
  taken('a transaction_id as a number', { transaction_id: Number(`7${Date.now()}`) }),
  taken('a transaction_id with _', { transaction_id: `${newTransactionId()}_x` }),
  refused('no amount', { amount: null }, 'amount'),
  taken('an amount as digits', { amount: '2500' }),
  taken('an amount as digits with zeros for decimals', { amount: '2500.00' }),
  refused('an amount as digits with other decimals', { amount: '2500.50' }, 'amount'),
  refused('half a franc', { amount: 2500.5 }, 'amount'),
  refused('an amount in words', { amount: 'much' }, 'amount'),
  refused('no multiple of 5', { amount: 2501 }, 'amount'),
  { what: 'an amount that is too low', send: order({ amount: 5 }), code: '641' },
  refused('no currency', { currency: '' }, 'currency'),
  refused('euros', { currency: 'EUR' }, 'currency'),
  refused("another currency than the account's", { currency: 'XAF' }, 'Account currency'),
  refused('no description', { description: null }, 'description'),
  refused('no return_url', { return_url: undefined }, 'return_url'),
  refused('a return_url that is none', { return_url: 'shop.example' }, 'return_url'),
  refused('a notify_url that is none', { notify_url: 'shop.example' }, 'notify_url'),
  taken('a device_id and no return_url', { return_url: undefined, device_id: 'aBc-12_x' }),
  taken('no notify_url', { notify_url: undefined }),
  taken('no channels', { channels: undefined }),
  ...['ALL', 'MOBILE_MONEY', 'WALLET'].map((channels) => taken(`channels ${channels}`, { channels })),
  taken('several channels', { channels: 'MOBILE_MONEY,WALLET' }),
  taken('channels as a list', { channels: ['MOBILE_MONEY', 'WALLET'] }),
  refused('an operator for channels', { channels: 'OM' }, 'channels'),
  refused('an operator in the list of channels', { channels: ['OM', 'WALLET'] }, 'channels'),
  refused('an operator among the channels', { channels: 'MOBILE_MONEY,OM' }, 'channels'),
  refused('cards without a customer', { channels: 'CREDIT_CARD' }, 'customer_name'),
  ...Object.keys(CARD)
    .filter((name) => name !== 'customer_state')
    .map((name) => refused(`cards without ${name}`, { ...CARD, channels: 'CREDIT_CARD', [name]: undefined }, name)),
  refused(
    'cards in the United States without a state',
    { ...CARD, channels: 'CREDIT_CARD', customer_country: 'US', customer_state: '' },
    'customer_state',
  ),
  taken('cards with a whole customer', { ...CARD, channels: 'CREDIT_CARD' }),
  taken('a country and no address', { customer_country: 'CI' }),
  taken('an e-mail and no address', { customer_email: 'f@shop.example' }),
  taken('capitals for lang', { lang: 'FR' }),
  taken('a locale for lang', { lang: 'fr_FR' }),
  refused('Spanish', { lang: 'es' }, 'lang'),
  taken('three lines on the invoice', { invoice_data: { a: '1', b: '2', c: '3' } }),
  refused('four lines on the invoice', { invoice_data: { a: '1', b: '2', c: '3', d: '4' } }, 'invoice_data'),
  taken('null for what is not there', { metadata: null, lang: null, invoice_data: null, customer_name: null }),
  taken('fields that CinetPay does not know', { cancel_url: 'https://shop.example/c', version: { v: 2 } }),
  taken('a locked number', { lock_phone_number: true, customer_phone_number: '2250707070707' }),
  // Questions.
  posted('a check without an id', CHECK, {}, '608', { names: 'transaction_id' }),
  posted('a check of an unknown id', CHECK, { transaction_id: newTransactionId() }, '608', { names: 'transaction' }),
  posted('a check of an unknown token', CHECK, { token: 'a1b2' }, '608'),
  posted('another device of a page that has no order', DEVICE, { old_device_id: 'a', new_device_id: 'b' }, '202'),
  posted('another device without the former one', DEVICE, { new_device_id: 'b' }, '608', { names: 'old_device_id' }),
  posted('another device without its id', DEVICE, { old_device_id: 'a' }, '608', { names: 'new_device_id' }),
  posted('a check with an unknown apikey', CHECK, { apikey: '1.2', transaction_id: 'x' }, '609'),
];
