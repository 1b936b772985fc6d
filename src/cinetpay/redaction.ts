/** Longest text of an answer that is kept (our choice: CinetPay's own are far shorter). */
const MAX_TEXT = 500;

/** What may name the site and the transaction; also looked for beside `data`. */
const NAMES = ['cpm_site_id', 'site_id', 'cpm_trans_id', 'transaction_id'];
const DETAILS = ['payment_method', 'operator_id', 'payment_date', 'fund_availability_date'];
/** What of a check is kept. Metadata, description and phone are the customer's or the caller's; links are secret. */
const KEPT = ['amount', 'currency', 'status', ...DETAILS, ...NAMES];

const EMAIL = /[^\s@'"<>]+@[^\s@'"<>]+/g;
// Eight digits are the shortest national numbers of CinetPay's countries.
const PHONE = /\+?\d{8,}/g;

/** CinetPay's own words for a person, without what they might quote of the customer or of our credentials. */
export function keptMessage(value: unknown, apikey: string): string | null {
  const text = keptText(value, apikey);
  return text?.replace(EMAIL, '[e-mail]').replace(PHONE, '[number]') ?? null;
}

/** A code or an id as text, without our apikey; null for what is neither text nor number. */
export function keptText(value: unknown, apikey: string): string | null {
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'string') return null;
  // Replaced before it is cut: a cut apikey would not be found.
  const clean = apikey === '' ? value : value.replaceAll(apikey, '[apikey]');
  // Postgres takes no NUL in text and no half of a surrogate pair in jsonb.
  return clean
    .slice(0, MAX_TEXT)
    .replaceAll('\0', '')
    .replace(/\p{Surrogate}/gu, '\ufffd');
}

/** The kept fields of a check; a value that is no plain one is only told by its type. */
export function keptData(
  envelope: { data: Record<string, unknown>; fields: Record<string, unknown> },
  apikey: string,
): Record<string, unknown> | null {
  const kept: Record<string, unknown> = {};
  for (const name of KEPT) {
    const value = envelope.data[name] ?? (NAMES.includes(name) ? envelope.fields[name] : undefined);
    if (value === undefined) continue;
    if (typeof value === 'string') kept[name] = keptText(value, apikey);
    else kept[name] = typeof value === 'object' && value !== null ? '[object]' : value;
  }
  return Object.keys(kept).length === 0 ? null : kept;
}
