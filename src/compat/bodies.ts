import { multipartFields } from '../cinetpay/multipart';
import { formOf, parseForm, parseJson } from '../common/body-text';
import { Problem } from '../common/problem';

const JSON_STARTS = /^\s*\{/;

/**
 * Reads a body as CinetPay's clients send it: a form of either kind, or JSON under whatever content type. PHP's curl and
 * axios call a text a form unless they are told otherwise.
 * @throws Problem `malformed_json` or `unsupported_media_type`
 */
export function parseDropInBody(bytes: Buffer, contentType = ''): unknown {
  const type = contentType.toLowerCase();
  if (type.includes('json') || JSON_STARTS.test(bytes.toString('latin1', 0, 64))) return parseJson(bytes);
  if (type.includes('application/x-www-form-urlencoded')) return parseForm(bytes);
  if (type.includes('multipart/form-data')) return formOf(multipartFields(bytes, contentType));
  throw new Problem('unsupported_media_type', 'The body must be JSON or a form.');
}
