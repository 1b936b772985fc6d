/** Characters of the longest URL that is read (our choice): reading one costs more than its length when it has many letters like "é". */
const MAX_URL = 2_048;

/** Reads a URL; undefined when the text is none. Not `URL.canParse`: Node 20's refuses texts with letters like "é" after some thousand calls. */
export function urlOf(text: string, base?: string): URL | undefined {
  if (text.length > MAX_URL) return undefined;
  try {
    return new URL(text, base);
  } catch {
    return undefined;
  }
}
