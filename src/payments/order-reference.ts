/** Text without control characters and without those that leave no mark, such as zero-width spaces and joiners. */
export const VISIBLE = /^[^\p{Cc}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]*$/u;
export const INVISIBLE_REFUSED = { message: 'may not hold control or invisible characters' };

/** Longest text that is normalised, in UTF-16 units: 64 characters never have more. That work grows faster than a text of marks alone does. */
const MAX_WRITTEN = 1024;

/** An order's number as it is kept and compared: what people take for one number is one text. Anything else stays, for its rule. */
export function normalReference<T>(written: T): T | string {
  return typeof written === 'string' && written.length <= MAX_WRITTEN ? written.normalize('NFC').trim() : written;
}
