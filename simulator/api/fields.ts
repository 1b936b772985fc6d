/** The fields of one request, as far as its body could be read. */
export type Fields = Record<string, unknown>;

/** Reads a body: JSON always; a form too unless strict. Undefined when it is neither. */
export function parseFields(raw: string, contentType: string, strict: boolean): Fields | undefined {
  const isForm = contentType.includes('application/x-www-form-urlencoded');
  if (strict && !contentType.includes('application/json')) return undefined;
  if (!isForm) return parseJson(raw);
  return parseJson(raw) ?? parseForm(raw);
}

/** Forms know text only, so digits count as the integer they spell, and `invoice_data[name]` as an object. */
function parseForm(raw: string): Fields {
  const fields: Fields = {};
  const invoice: Record<string, string> = {};
  for (const [key, value] of new URLSearchParams(raw)) {
    const name = /^invoice_data\[(.+)\]$/.exec(key)?.[1];
    if (name !== undefined) invoice[name] = value;
    else fields[key] = key === 'amount' && /^\d+$/.test(value) ? Number(value) : value;
  }
  return Object.keys(invoice).length > 0 ? { ...fields, invoice_data: invoice } : fields;
}

function parseJson(raw: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(raw);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
  } catch {
    return undefined;
  }
}

/** A field's text; null when it is absent, null or empty. Numbers count as their digits. */
export function textOf(fields: Fields, name: string): string | null {
  const value = Object.hasOwn(fields, name) ? fields[name] : null;
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : null;
}

/** A boolean as JSON or as clients write it: "True", "true", 1. */
export function flagOf(fields: Fields, name: string): boolean {
  const value = fields[name];
  return value === true || value === 1 || (typeof value === 'string' && ['true', '1'].includes(value.toLowerCase()));
}
