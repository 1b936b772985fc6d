/** What may be a key. Anything else is left to the parser of the whole body. */
const KEY = /^[\x21-\x7e]{1,200}$/;

/**
 * Finds the `apikey` in a body, or in the beginning of one, so that nothing of it is parsed for a stranger. What it finds opens the
 * door only; the whole body has to hold the same key.
 */
export function keyInHead(head: string, kind: 'json' | 'form' | 'multipart', isWhole: boolean): string | undefined {
  const found = valueIn(head, kind, isWhole);
  return found !== undefined && KEY.test(found) ? found : undefined;
}

function valueIn(head: string, kind: 'json' | 'form' | 'multipart', isWhole: boolean): string | undefined {
  switch (kind) {
    case 'json':
      return jsonKey(head);
    case 'form':
      return formKey(head, isWhole);
    case 'multipart':
      return MULTIPART_KEY.exec(head)?.[1];
  }
}

// The bounds keep the work from growing with more than the bytes.
const MULTIPART_KEY = /;[ \t]*name="?apikey"?[^\r\n]{0,100}\r\n(?:[^\r\n]{1,200}\r\n){0,4}\r\n([^\r\n]{0,200})\r\n/i;

// Where there is more to come, the value has to have ended.
function formKey(head: string, isWhole: boolean): string | undefined {
  const [, pair, end] = /(?:^|&)(apikey=[^&]{0,600})(&|$)/.exec(head) ?? [];
  if (pair === undefined || (end === '' && !isWhole)) return undefined;
  return new URLSearchParams(pair).get('apikey') ?? undefined;
}

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
/** `{` and `[`, and what ends them. */
const [BRACE, BRACKET, END_BRACE, END_BRACKET] = [0x7b, 0x5b, 0x7d, 0x5d];

/** The value of the first `"apikey"` of the outermost object. */
function jsonKey(head: string): string | undefined {
  let depth = 0;
  for (let at = 0; at < head.length; at++) {
    const char = head.charCodeAt(at);
    if (char === BRACE || char === BRACKET) depth++;
    else if (char === END_BRACE || char === END_BRACKET) depth--;
    else if (char === QUOTE) {
      const end = endOfText(head, at);
      if (depth === 1 && end - at === 8 && head.slice(at, end) === '"apikey"') {
        const value = valueAfter(head, end);
        if (value !== undefined) return value;
      }
      at = end - 1;
    }
  }
  return undefined;
}

/** Behind the quotation mark that ends a text, or the end of what there is. */
function endOfText(head: string, from: number): number {
  for (let at = head.indexOf('"', from + 1); at >= 0; at = head.indexOf('"', at + 1)) {
    let escapes = 0;
    while (head.charCodeAt(at - 1 - escapes) === BACKSLASH) escapes++;
    if (escapes % 2 === 0) return at + 1;
  }
  return head.length;
}

const TEXT_VALUE = /\s*:\s*("(?:[^"\\]|\\.){0,300}")/y;

function valueAfter(head: string, at: number): string | undefined {
  TEXT_VALUE.lastIndex = at;
  const [, text] = TEXT_VALUE.exec(head) ?? [];
  try {
    return text === undefined ? undefined : (JSON.parse(text) as string);
  } catch {
    return undefined;
  }
}
