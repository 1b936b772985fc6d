/** What customers call an operator, by how its `payment_method` begins; the first that fits. */
const NAMES: readonly (readonly [start: string, name: string])[] = [
  ['OM', 'Orange Money'],
  ['FLOOZ', 'Moov Money (Flooz)'],
  ['MOOV', 'Moov Money'],
  ['MOMO', 'MTN MoMo'],
  ['MTN', 'MTN MoMo'],
  ['WAVE', 'Wave'],
  ['FREE', 'Free Money'],
  ['EXPRESSUNION', 'Express Union'],
  ['EXPRESSO', 'Expresso'],
  ['TMONEY', 'TMoney'],
  ['MPESA', 'M-Pesa'],
  ['AIRTEL', 'Airtel Money'],
  ['VISA', 'Visa, Mastercard'],
];

/** An operator's name for people; CinetPay's own word where we know no name. */
export function operatorName(paymentMethod: string): string {
  const word = paymentMethod.toUpperCase();
  return NAMES.find(([start]) => word.startsWith(start))?.[1] ?? paymentMethod;
}
