import { MAX_PARTS, multipartFields } from '../cinetpay/multipart';
import { formOf, parseForm, parseJson } from '../common/body-text';
import { Problem } from '../common/problem';
import { bodyOf, hasBody, type BodyRequest } from '../common/request-body';
import { refusal } from '../common/validation';
import { isAbsent, isRead, recordOf } from './fields';

/** Behind a byte order mark, as some editors and clients put one before their JSON. */
const JSON_STARTS = /^(?:\xEF\xBB\xBF)?\s*\{/;

/** A page of CinetPay's script tells two ids of at most 255 characters. It has no key, so it may cost as little as its question is worth. */
const DEVICE_ROUTE = '/v2/seamless/device';
const DEVICE_BODY_LIMIT = 8 * 1024;

/** A request whose key has been found in the beginning of its body. */
export interface JudgedRequest extends BodyRequest {
  judgedKey?: string;
}

/** The key of a parsed body, whatever it is. @throws Problem `malformed_json` when the body holds no fields */
export function keyIn(body: unknown): unknown {
  const { apikey } = recordOf(body);
  return isAbsent(apikey) ? undefined : apikey;
}

/** What a body is, by its content type and its first bytes. @throws Problem `unsupported_media_type` */
export function kindOf(bytes: Buffer, contentType = ''): 'json' | 'form' | 'multipart' {
  const type = contentType.toLowerCase();
  if (type.includes('json') || JSON_STARTS.test(bytes.toString('latin1', 0, 64))) return 'json';
  if (type.includes('application/x-www-form-urlencoded')) return 'form';
  if (type.includes('multipart/form-data')) return 'multipart';
  throw new Problem('unsupported_media_type', 'The body must be JSON or a form.');
}

/**
 * Reads a body as CinetPay's clients send it: a form of either kind, or JSON under whatever content type. PHP's curl and
 * axios call a text a form unless they are told otherwise.
 * @throws Problem `malformed_json` or `unsupported_media_type`
 */
export async function parseDropInBody(bytes: Buffer, contentType = ''): Promise<unknown> {
  switch (kindOf(bytes, contentType)) {
    case 'json':
      return parseJson(bytes);
    case 'form':
      return parseForm(bytes, isRead);
    case 'multipart':
      return parseMultipart(bytes, contentType);
  }
}

/**
 * Reads the whole body, once, into `request.body`.
 * @throws Problem also where it has another key than the one that let it in
 */
export async function readDropInBody(request: JudgedRequest): Promise<void> {
  const { judgedKey, contentType } = request;
  if (request.body !== undefined || (contentType === undefined && !hasBody(request.raw))) return;
  const limit = request.routeOptions.url === DEVICE_ROUTE ? DEVICE_BODY_LIMIT : undefined;
  request.body = await parseDropInBody(await bodyOf(request).readWhole(limit), contentType);
  if (judgedKey !== undefined && keyIn(request.body) !== judgedKey)
    throw refusal([{ pointer: '/apikey', code: 'not_allowed', detail: 'came twice and is not the same' }]);
}

async function parseMultipart(bytes: Buffer, contentType: string): Promise<Record<string, string>> {
  const fields = await multipartFields(bytes, contentType);
  if (fields) return formOf(fields.map(([name, value]) => [name, value.toString('utf8')]));
  throw new Problem(
    'malformed_json',
    `The body could not be read as multipart/form-data of at most ${MAX_PARTS} parts.`,
  );
}
