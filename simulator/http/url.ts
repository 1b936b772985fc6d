/** Reads a URL; undefined when the text is none. Not `URL.canParse`: Node 20's refuses texts with letters like "é" after some thousand calls. */
export function urlOf(text: string, base?: string): URL | undefined {
  try {
    return new URL(text, base);
  } catch {
    return undefined;
  }
}
