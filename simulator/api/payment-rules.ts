import { CHANNELS, isCurrency, limitsOf, splitPhone, type Currency } from '../facts/operators';
import { urlOf } from '../http/url';
import type { Settings, Site } from '../state/settings';
import { cardsAlone, incompleteCardBlock } from './card-rules';
import { flagOf, textOf, valueOf, wordOf, type Fields } from './fields';
import { invalid, missing, unprocessable, type Refusal } from './replies';
import { amountOf, channelsOf, invoiceOf, langOf } from './values';

type Rule = (fields: Fields, site: Site, settings: Settings) => Refusal | undefined;

/** Fields every client sends; the seamless script alone leaves return_url out. */
const REQUIRED = ['transaction_id', 'amount', 'currency', 'description'];
/** The official table adds these; deployed clients work without them. */
const REQUIRED_WHEN_STRICT = ['notify_url', 'channels'];
/** What channels may be. */
const UNIVERSES: readonly string[] = ['ALL', ...CHANNELS];
/** How clients write true and false. */
const FLAGS = ['true', 'false', '1', '0'];

/** The rules of POST /v2/payment, in the order they are looked at; the first broken one is answered. */
const RULES: readonly Rule[] = [
  requiredFields,
  typesWhenStrict,
  wholeAmount,
  currencyOfAccount,
  multipleOfFive,
  withinLimits,
  webAddresses,
  listedWords,
  invoiceData,
  cardsAlone,
  lockedPhone,
  incompleteCardBlock,
];

/** The first rule an initiation breaks, if any. */
export function brokenRule(fields: Fields, site: Site, settings: Settings): Refusal | undefined {
  for (const rule of RULES) {
    const refusal = rule(fields, site, settings);
    if (refusal) return refusal;
  }
  return undefined;
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

/** Deployed SDKs send digits as text; the official page says integer. */
function wholeAmount(fields: Fields, _site: Site, settings: Settings): Refusal | undefined {
  const spelt = settings.strict && typeof fields.amount !== 'number';
  return spelt || amountOf(fields) === undefined ? invalid('amount must be an integer') : undefined;
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
  if (site.currency === 'USD' || Number(amountOf(fields)) % 5 === 0) return undefined;
  return invalid('amount must be a multiple of 5');
}

function withinLimits(fields: Fields, site: Site): Refusal | undefined {
  const ofCountry = limitsOf(site.currency, textOf(fields, 'customer_country'));
  const min = site.min_amount ?? ofCountry.min;
  const max = site.max_amount ?? ofCountry.max;
  const amount = Number(amountOf(fields));
  if (amount < min)
    return { code: '641', description: `The amount is too low, the minimum is ${min} ${site.currency}` };
  if (amount > max)
    return { code: '642', description: `The amount is too high, the maximum is ${max} ${site.currency}` };
  return undefined;
}

function webAddresses(fields: Fields): Refusal | undefined {
  const wrong = ['notify_url', 'return_url'].find((name) => {
    const text = textOf(fields, name) ?? '';
    return valueOf(fields, name) !== null && !/^https?:$/.test(urlOf(text)?.protocol ?? '');
  });
  return wrong === undefined ? undefined : invalid(`${wrong} must be a valid url`);
}

function listedWords(fields: Fields, _site: Site, { strict }: Settings): Refusal | undefined {
  const isList = strict && !UNIVERSES.includes(wordOf(fields, 'channels', 'ALL'));
  if (isList || channelsOf(fields) === undefined) return invalid(`channels must be one of ${UNIVERSES.join(', ')}`);
  const isLocale = strict && wordOf(fields, 'lang', 'fr').length !== 2;
  if (isLocale || langOf(fields) === undefined) return invalid('lang must be fr or en');
  const lock = wordOf(fields, 'lock_phone_number', 'false').toLowerCase();
  return FLAGS.includes(lock) ? undefined : invalid('lock_phone_number must be true or false');
}

function invoiceData(fields: Fields): Refusal | undefined {
  const lines = invoiceOf(fields);
  const fits = lines !== undefined && Object.keys(lines).length <= 3;
  return fits ? undefined : invalid('invoice_data must be an object of at most three texts');
}

function lockedPhone(fields: Fields, site: Site): Refusal | undefined {
  if (!flagOf(fields, 'lock_phone_number')) return undefined;
  return isPayersPhone(textOf(fields, 'customer_phone_number'), site.currency)
    ? undefined
    : unprocessable('customer_phone_number must be the prefix and the number with lock_phone_number');
}

function isPayersPhone(phone: string | null, currency: Currency): boolean {
  return phone !== null && splitPhone(phone, currency) !== undefined;
}
