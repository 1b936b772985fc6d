import { Problem } from './problem';

/** Deepest nesting we read (our choice; an order has two levels). */
const DEPTH_LIMIT = 32;
/** As many brackets that open as nesting too deep takes. */
const MANY_LEVELS = new RegExp(`^(?:[^[{]*[[{]){${DEPTH_LIMIT + 1}}`);
// Neither U+0000 nor half of a surrogate pair can be stored by Postgres.
const UNSTORABLE = /[\0\p{Surrogate}]/u;

/**
 * Reads a JSON body. An empty one is undefined.
 * @throws Problem `malformed_json`
 */
export function parseJson(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined;
  const { text, value } = read(bytes);
  // Without escapes JSON in UTF-8 can hold no text that is refused, but for one name.
  const withTexts = text.includes('\\u') || text.includes('__proto__');
  if (withTexts || MANY_LEVELS.test(text)) inspect(value, 1, withTexts);
  return value;
}

function read(bytes: Buffer): { text: string; value: unknown } {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return { text, value: JSON.parse(text) };
  } catch {
    throw malformed('The body could not be read as JSON in UTF-8.');
  }
}

function inspect(value: unknown, depth: number, withTexts: boolean): void {
  if (typeof value === 'string') return withTexts ? inspectText(value) : undefined;
  if (typeof value !== 'object' || value === null) return;
  if (depth > DEPTH_LIMIT) throw malformed(`The body is nested deeper than ${DEPTH_LIMIT} levels.`);
  if (Array.isArray(value)) {
    for (const entry of value) inspect(entry, depth + 1, withTexts);
    return;
  }
  for (const name of Object.keys(value)) {
    if (name === '__proto__') throw malformed('A field may not be called "__proto__".');
    if (withTexts) inspectText(name);
    inspect((value as Record<string, unknown>)[name], depth + 1, withTexts);
  }
}

function inspectText(text: string): void {
  if (UNSTORABLE.test(text)) throw malformed('A text holds U+0000 or half of a surrogate pair.');
}

/** Reads a form body; of a name that comes twice the last value counts. `isRead` says which names are of any use. */
export function parseForm(bytes: Buffer, isRead: (name: string) => boolean = () => true): Record<string, string> {
  const pairs = new URLSearchParams(bytes.toString('utf8').replace(/^\uFEFF/, ''));
  return formOf([...pairs].filter(([name]) => isRead(name)));
}

/** The same for the fields of a form that somebody else has read. */
export function formOf(pairs: [name: string, text: string][]): Record<string, string> {
  for (const [name, text] of pairs) {
    inspectText(name);
    inspectText(text);
  }
  return Object.fromEntries(pairs.filter(([name]) => name !== '__proto__'));
}

function malformed(detail: string): Problem {
  return new Problem('malformed_json', detail);
}
