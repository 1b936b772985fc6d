import { Response } from 'undici';

/** Our choice: an order has fewer than 40 fields. */
export const MAX_PARTS = 64;
/** Bytes and lines of one part's headers (our choice): clients write up to three. */
const MAX_HEAD = 512;
/** Longest boundary that there is (RFC 2046, section 5.1.1). */
const MAX_BOUNDARY = 70;
const MAX_HEAD_LINES = 8;

/** A field's name, and its value byte for byte. */
export type MultipartField = [name: string, value: Buffer];

/**
 * Reads the text fields of a multipart/form-data body in their order; files are left out. Undefined when it cannot be read or has more than
 * 64 parts. Total: no bytes make it throw. undici reads names without quotes too, as .NET writes them, which Node 20's own reader does not.
 */
export async function multipartFields(raw: Buffer, contentType: string): Promise<MultipartField[] | undefined> {
  if (!isBounded(raw, contentType)) return undefined;
  try {
    // As Latin-1 each byte is one character, so that no decoding loses one.
    const body = Buffer.from(raw.toString('latin1'), 'utf8');
    const form = await new Response(body, { headers: { 'content-type': contentType } }).formData();
    return [...form].flatMap(([name, value]): MultipartField[] =>
      typeof value === 'string' ? [fieldOf(name, value)] : [],
    );
  } catch {
    return undefined;
  }
}

function fieldOf(name: string, value: string): MultipartField {
  return [Buffer.from(name, 'latin1').toString('utf8'), Buffer.from(value, 'latin1')];
}

// Looked at first, because the reader's work grows with the parts and with their headers much faster than with the bytes.
function isBounded(raw: Buffer, contentType: string): boolean {
  const [, quoted, bare] = /boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType) ?? [];
  const boundary = quoted ?? bare ?? '';
  // Looking for a long one takes its length times the body's.
  if (boundary === '' || boundary.length > MAX_BOUNDARY) return false;
  const delimiter = `--${boundary}`;
  let parts = 0;
  for (let at = raw.indexOf(delimiter); at >= 0; at = raw.indexOf(delimiter, at + delimiter.length)) {
    const head = raw.toString('latin1', at + delimiter.length, at + delimiter.length + MAX_HEAD);
    if (head.startsWith('--')) break;
    const end = head.indexOf('\r\n\r\n');
    if (++parts > MAX_PARTS || end < 0 || head.slice(0, end).split('\r\n').length > MAX_HEAD_LINES) return false;
  }
  return true;
}
