/** Local currencies CinetPay collects in. */
export const CURRENCIES = ['XOF', 'XAF', 'CDF', 'GNF', 'USD'] as const;
/** One of CinetPay's five currencies. */
export type Currency = (typeof CURRENCIES)[number];

/** The universes a counter can show. */
export const CHANNELS = ['MOBILE_MONEY', 'CREDIT_CARD', 'WALLET'] as const;
/** One universe of the counter. */
export type Channel = (typeof CHANNELS)[number];

/** A country of a currency: its dialling prefix, its operators and what it may be paid. */
export interface Country {
  iso: string;
  name: string;
  /** Dialling prefix without `+`. */
  prefix: string;
  /** Digits a national number may have. */
  digits: readonly number[];
  currency: Currency;
  /** `payment_method` codes, in the order the counter lists them. */
  operators: readonly string[];
  /** Smallest and largest amount of one payment, in major units. */
  min: number;
  max: number;
}

/** Who can be paid where. The limits are those integrators transcribed from CinetPay's own table. */
export const COUNTRIES: readonly Country[] = [
  country('CI', "Côte d'Ivoire", '225', [10], 'XOF', ['OM', 'FLOOZ', 'MOMO', 'WAVECI', 'VISAM'], 100, 1_500_000),
  country('SN', 'Sénégal', '221', [9], 'XOF', ['OMSN', 'FREESN', 'EXPRESSOSN', 'WAVESN'], 100, 2_000_000),
  country('ML', 'Mali', '223', [8], 'XOF', ['OMML', 'MOOVML'], 100, 1_500_000),
  country('TG', 'Togo', '228', [8], 'XOF', ['TmoneyTG', 'FLOOZTG'], 150, 1_500_000),
  country('BF', 'Burkina Faso', '226', [8], 'XOF', ['OMBF', 'MOOVBF'], 100, 1_500_000),
  country('BJ', 'Bénin', '229', [8, 10], 'XOF', ['MTNBJ', 'MOOVBJ'], 100, 1_500_000),
  country('CM', 'Cameroun', '237', [9], 'XAF', ['OMCM', 'MTNCM', 'EXPRESSUNIONCM', 'VISAMCM'], 100, 1_500_000),
  country('GN', 'Guinée', '224', [9], 'GNF', ['OMGN', 'MTNGN'], 1_000, 15_000_000),
  country('CD', 'RD Congo', '243', [9], 'CDF', ['OMCD', 'MPESACD', 'AIRTELCD'], 100, 2_000_000),
  country('CD', 'RD Congo', '243', [9], 'USD', ['OMCDUSD', 'MPESACDUSD', 'AIRTELCDUSD', 'VISAMCDUSD'], 1, 3_000),
];

function country(
  iso: string,
  name: string,
  prefix: string,
  digits: readonly number[],
  currency: Currency,
  operators: readonly string[],
  min: number,
  max: number,
): Country {
  return { iso, name, prefix, digits, currency, operators, min, max };
}

/** Narrows a word from outside to a currency. */
export function isCurrency(value: unknown): value is Currency {
  return CURRENCIES.includes(value as Currency);
}

/** The countries whose operators collect a currency. */
export function countriesOf(currency: Currency): Country[] {
  return COUNTRIES.filter((entry) => entry.currency === currency);
}

/** The universe an operator belongs to. Wave under WALLET is our reading: no source says which universe it is. */
export function channelOf(operator: string): Channel {
  if (operator.startsWith('VISA')) return 'CREDIT_CARD';
  return operator.startsWith('WAVE') ? 'WALLET' : 'MOBILE_MONEY';
}

/** What customers call an operator, by how its codes begin. */
const NAMES: readonly [string, string][] = [
  ['OM', 'Orange Money'],
  ['FLOOZ', 'Moov Money (Flooz)'],
  ['MOOV', 'Moov Money'],
  ['MOMO', 'MTN MoMo'],
  ['MTN', 'MTN MoMo'],
  ['WAVE', 'Wave'],
  ['FREE', 'Free Money'],
  ['EXPRESSO', 'Expresso'],
  ['EXPRESSUNION', 'Express Union'],
  ['Tmoney', 'TMoney'],
  ['MPESA', 'M-Pesa'],
  ['AIRTEL', 'Airtel Money'],
  ['VISA', 'Visa, Mastercard'],
];

/** An operator's name for a customer. */
export function nameOf(operator: string): string {
  return NAMES.find(([start]) => operator.startsWith(start))?.[1] ?? operator;
}

/** Splits `2250504315545` into prefix and national number, or undefined when it is no number of the currency's countries. */
export function splitPhone(phone: string, currency: Currency): { prefix: string; number: string } | undefined {
  for (const { prefix, digits } of countriesOf(currency)) {
    const number = phone.slice(prefix.length);
    if (phone.startsWith(prefix) && /^\d+$/.test(number) && digits.includes(number.length)) return { prefix, number };
  }
  return undefined;
}

/** Smallest and largest amount: the customer's country where it is named, else the widest of the currency's countries. */
export function limitsOf(currency: Currency, iso: string | null): { min: number; max: number } {
  const all = countriesOf(currency);
  const named = all.filter((entry) => entry.iso === iso);
  const scope = named.length > 0 ? named : all;
  return { min: Math.min(...scope.map((entry) => entry.min)), max: Math.max(...scope.map((entry) => entry.max)) };
}
