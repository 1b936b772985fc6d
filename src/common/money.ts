/** CinetPay's five currencies (official page). All of them take whole major units on the wire. */
export const CURRENCIES = ['XOF', 'XAF', 'CDF', 'GNF', 'USD'] as const;
export type Currency = (typeof CURRENCIES)[number];

/** Our own ceiling; CinetPay's per-country maxima are lower (docs/cinetpay.md). */
export const MAX_AMOUNT = 999_999_999;

/** Official page: an amount that is not a multiple of 5 fails, except in USD. */
export function isMultipleRight(amount: number, currency: string): boolean {
  return currency === 'USD' || amount % 5 === 0;
}

/**
 * Whether an amount as CinetPay wrote it is exactly ours: 2500, "2500" and "2500.00" are equal for 2500; "2.5e3",
 * "2,500", " 2500" and null are not numbers here, because a lenient parser is how a wrong amount gets accepted.
 */
export function sameAmount(written: unknown, ours: number): boolean {
  if (typeof written === 'number') return written === ours;
  if (typeof written !== 'string') return false;
  const match = /^(\d{1,12})(?:\.(0+))?$/.exec(written);
  return match !== null && Number(match[1]) === ours;
}
