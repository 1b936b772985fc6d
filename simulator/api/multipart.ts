import { Response } from 'undici';

/** Our choice, the gateway's too: an order has fewer than 40 fields. */
const MAX_PARTS = 64;
/** Bytes of one part's headers (our choice): a field's name is all that is read of them. */
const MAX_HEAD = 1_024;
/** The whole header: its boundary, and at most a charset beside it. */
const CONTENT_TYPE =
  /^multipart\/form-data\s*;(?:\s*charset=[\w-]+\s*;)?\s*boundary=(?:"([^"]{1,70})"|([\w'()+,./:=?-]{1,70}))\s*(?:;\s*charset=[\w-]+\s*)?$/i;

/**
 * Reads the text fields of a multipart/form-data body. Undefined when it is none or has more than 64 parts; no bytes make it throw.
 * undici reads names without quotes too, as .NET writes them.
 */
export async function multipartFields(raw: Buffer, contentType: string): Promise<[string, string][] | undefined> {
  const match = CONTENT_TYPE.exec(contentType);
  const boundary = match?.[1] ?? match?.[2];
  if (boundary === undefined || !isBounded(raw, `--${boundary}`)) return undefined;
  try {
    const headers = { 'content-type': `multipart/form-data; boundary="${boundary}"` };
    const form = await new Response(raw, { headers }).formData();
    return [...form].filter((field): field is [string, string] => typeof field[1] === 'string');
  } catch {
    return undefined;
  }
}

// Looked at first: the reader's work grows with the parts and their headers faster than with the bytes.
function isBounded(raw: Buffer, delimiter: string): boolean {
  let parts = 0;
  for (let at = raw.indexOf(delimiter); at >= 0; at = raw.indexOf(delimiter, at + delimiter.length)) {
    const end = at + delimiter.length;
    if (raw.toString('latin1', end, end + 2) === '--') continue;
    parts += 1;
    if (parts > MAX_PARTS || !raw.subarray(end, end + MAX_HEAD).includes('\r\n\r\n')) return false;
  }
  return true;
}
