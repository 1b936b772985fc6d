import { MAX_PARTS, multipartFields } from '../cinetpay/multipart';
import { formOf, parseForm, parseJson } from '../common/body-text';
import { Problem } from '../common/problem';

/** Behind a byte order mark, as some editors and clients put one before their JSON. */
const JSON_STARTS = /^(?:\xEF\xBB\xBF)?\s*\{/;

/**
 * Reads a body as CinetPay's clients send it: a form of either kind, or JSON under whatever content type. PHP's curl and
 * axios call a text a form unless they are told otherwise.
 * @throws Problem `malformed_json` or `unsupported_media_type`
 */
export async function parseDropInBody(bytes: Buffer, contentType = ''): Promise<unknown> {
  const type = contentType.toLowerCase();
  if (type.includes('json') || JSON_STARTS.test(bytes.toString('latin1', 0, 64))) return parseJson(bytes);
  if (type.includes('application/x-www-form-urlencoded')) return parseForm(bytes);
  if (type.includes('multipart/form-data')) return parseMultipart(bytes, contentType);
  throw new Problem('unsupported_media_type', 'The body must be JSON or a form.');
}

async function parseMultipart(bytes: Buffer, contentType: string): Promise<Record<string, string>> {
  const fields = await multipartFields(bytes, contentType);
  if (fields) return formOf(fields.map(([name, value]) => [name, value.toString('utf8')]));
  throw new Problem(
    'malformed_json',
    `The body could not be read as multipart/form-data of at most ${MAX_PARTS} parts.`,
  );
}
