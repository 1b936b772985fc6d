import { CHANNELS, isCurrency, limitsOf, splitPhone, type Currency } from '../facts/operators';
import { urlOf } from '../http/url';
import type { Settings, Site } from '../state/settings';
import { missing } from './credentials';
import { flagOf, textOf, type Fields } from './fields';
import { invalid, type Refusal } from './replies';

type Rule = (fields: Fields, site: Site, settings: Settings) => Refusal | undefined;

/** Fields every client sends; the seamless script alone leaves return_url out. */
const REQUIRED = ['transaction_id', 'amount', 'currency', 'description'];
/** The official table adds these; deployed clients work without them. */
const REQUIRED_WHEN_STRICT = ['notify_url', 'channels'];
/** The part of the card block whose half is answered 624. */
const CARD_ADDRESS = ['email', 'address', 'city', 'country', 'state', 'zip_code'];
const CARD_BLOCK = ['name', 'surname', 'phone_number', 'email', 'address', 'city', 'country', 'zip_code'];

/** The rules of POST /v2/payment, in the order they are looked at; the first broken one is answered. */
const RULES: readonly Rule[] = [
  requiredFields,
  typesWhenStrict,
  wholeAmount,
  currencyOfAccount,
  multipleOfFive,
  withinLimits,
  webAddresses,
  listedWordsWhenStrict,
  invoiceData,
  lockedPhone,
  wholeCardBlock,
];

/** The first rule an initiation breaks, if any. */
export function brokenRule(fields: Fields, site: Site, settings: Settings): Refusal | undefined {
  for (const rule of RULES) {
    const refusal = rule(fields, site, settings);
    if (refusal) return refusal;
  }
  return undefined;
}

/** Every card field is there, the state only where it exists (US, CA): the counter may offer cards. */
export function hasCardBlock(fields: Fields): boolean {
  const named = [...CARD_BLOCK, ...(needsState(fields) ? ['state'] : [])];
  return named.every((name) => textOf(fields, `customer_${name}`) !== null);
}

function requiredFields(fields: Fields, _site: Site, settings: Settings): Refusal | undefined {
  const required = settings.strict ? [...REQUIRED, ...REQUIRED_WHEN_STRICT] : [...REQUIRED];
  if (textOf(fields, 'device_id') === null) required.push('return_url');
  const absent = required.find((name) => textOf(fields, name) === null);
  return absent === undefined ? undefined : missing(absent);
}

function typesWhenStrict(fields: Fields, _site: Site, settings: Settings): Refusal | undefined {
  if (!settings.strict) return undefined;
  const strings = ['apikey', 'site_id', 'transaction_id', 'description', 'metadata', 'lang', 'customer_country'];
  const wrong = strings.find((name) => (fields[name] ?? null) !== null && typeof fields[name] !== 'string');
  if (wrong !== undefined) return invalid(`${wrong} must be a string`);
  const country = textOf(fields, 'customer_country');
  return country !== null && country.length !== 2 ? invalid('customer_country must be a two-letter code') : undefined;
}

function wholeAmount(fields: Fields): Refusal | undefined {
  const { amount } = fields;
  return Number.isSafeInteger(amount) && Number(amount) > 0 ? undefined : invalid('amount must be an integer');
}

function currencyOfAccount(fields: Fields, site: Site): Refusal | undefined {
  if (!isCurrency(fields.currency)) return invalid(`currency must be XOF, XAF, CDF, GNF or USD`);
  if (fields.currency === site.currency) return undefined;
  return invalid(
    'You cannot create a transaction in a different currency than the one allowed to your account. ' +
      `Transaction currency:'${fields.currency}' Account currency:'${site.currency}'`,
  );
}

function multipleOfFive(fields: Fields, site: Site): Refusal | undefined {
  if (site.currency === 'USD' || Number(fields.amount) % 5 === 0) return undefined;
  return invalid('amount must be a multiple of 5');
}

function withinLimits(fields: Fields, site: Site): Refusal | undefined {
  const ofCountry = limitsOf(site.currency, textOf(fields, 'customer_country'));
  const min = site.min_amount ?? ofCountry.min;
  const max = site.max_amount ?? ofCountry.max;
  const amount = Number(fields.amount);
  if (amount < min)
    return { code: '641', description: `The amount is too low, the minimum is ${min} ${site.currency}` };
  if (amount > max)
    return { code: '642', description: `The amount is too high, the maximum is ${max} ${site.currency}` };
  return undefined;
}

function webAddresses(fields: Fields): Refusal | undefined {
  const wrong = ['notify_url', 'return_url'].find((name) => {
    const value = textOf(fields, name);
    return value !== null && !/^https?:$/.test(urlOf(value)?.protocol ?? '');
  });
  return wrong === undefined ? undefined : invalid(`${wrong} must be a valid url`);
}

function listedWordsWhenStrict(fields: Fields, _site: Site, settings: Settings): Refusal | undefined {
  if (!settings.strict) return undefined;
  const channels = textOf(fields, 'channels');
  if (channels !== null && !['ALL', ...CHANNELS].includes(channels)) {
    return invalid('channels must be ALL, MOBILE_MONEY, CREDIT_CARD or WALLET');
  }
  const lang = textOf(fields, 'lang');
  return lang === null || ['fr', 'en'].includes(lang.toLowerCase()) ? undefined : invalid('lang must be fr or en');
}

function invoiceData(fields: Fields, _site: Site, settings: Settings): Refusal | undefined {
  const data = fields.invoice_data ?? null;
  if (!settings.strict || data === null) return undefined;
  const fits = typeof data === 'object' && !Array.isArray(data) && Object.keys(data).length <= 3;
  return fits ? undefined : invalid('invoice_data must be an object of at most three variables');
}

function lockedPhone(fields: Fields, site: Site): Refusal | undefined {
  if (!flagOf(fields, 'lock_phone_number')) return undefined;
  return isPayersPhone(textOf(fields, 'customer_phone_number'), site.currency) ? undefined : unprocessable();
}

function isPayersPhone(phone: string | null, currency: Currency): boolean {
  return phone !== null && splitPhone(phone, currency) !== undefined;
}

function wholeCardBlock(fields: Fields, _site: Site, settings: Settings): Refusal | undefined {
  const has = (name: string): boolean => textOf(fields, `customer_${name}`) !== null;
  if (!CARD_ADDRESS.some(has)) return undefined;
  const whole = settings.strict ? hasCardBlock(fields) : has('address') && has('city');
  return whole ? undefined : unprocessable();
}

function needsState(fields: Fields): boolean {
  return ['US', 'CA'].includes(textOf(fields, 'customer_country')?.toUpperCase() ?? '');
}

function unprocessable(): Refusal {
  return { code: '624', description: 'An error occurred while processing the request' };
}
