/**
 * Reads a URL; undefined when the text is none. Not `URL.canParse`: once V8 has optimised the call, Node 20's refuses texts with letters like
 * "é" that it took before (seen with 20.20 after some thousand calls; 24 does not).
 */
export function urlOf(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}
