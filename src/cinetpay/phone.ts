/** What people put between the digits, and marks of direction that telephones copy with a number. */
const BETWEEN = /[\s().,/\p{Pd}\p{Cf}]/gu;
const MAX_WRITTEN = 255;
/** E.164: prefix and number, 8 to 15 digits, and no prefix begins with 0. */
const DIALLED = /^[1-9]\d{7,14}$/;
/** Prefixes of CinetPay's countries (official table) whose numbers have no 0 in front when they are dialled from abroad. */
const WITHOUT_ZERO = /^(?:221|223|224|228|237|243)0/;

/**
 * A payer's number as CinetPay takes it beside `lock_phone_number`: prefix and number, digits only (official page). `00` and `+` in front mean the
 * same, and digits of any width are read. Undefined for what cannot be such a number.
 */
export function wirePhone(written: string): string | undefined {
  if (written.length > MAX_WRITTEN) return undefined;
  const digits = written
    .normalize('NFKC')
    .replace(BETWEEN, '')
    .replace(/^(?:\+|00)/, '');
  return DIALLED.test(digits) && !WITHOUT_ZERO.test(digits) ? digits : undefined;
}
