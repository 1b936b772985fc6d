import type { IncomingMessage } from 'node:http';
import { BODY_REFUSED, BROWSER_BANNED, hasHeaderTwice, HEADER_TWICE, LOCALHOST_REFUSED } from '../http/edge-pages';
import { page, type Reply } from '../http/exchange';
import { urlOf } from '../http/url';
import { textOf, type Fields } from './fields';

/** The refusals that come as HTML, before CinetPay itself has read anything; all but the first where only strict looks. */
export function edgeRefusal(request: IncomingMessage, fields: Fields | undefined, strict: boolean): Reply | undefined {
  if (hasHeaderTwice(request)) return page(400, HEADER_TWICE);
  if (!strict) return undefined;
  if (!request.headers['user-agent']) return page(403, BROWSER_BANNED);
  if (!fields) return undefined;
  if (['notify_url', 'return_url'].some((name) => namesLocalhost(textOf(fields, name)))) {
    return page(400, LOCALHOST_REFUSED);
  }
  return isJson(textOf(fields, 'metadata')) ? page(403, BODY_REFUSED) : undefined;
}

function namesLocalhost(address: string | null): boolean {
  const hostname = urlOf(address ?? '')?.hostname ?? '';
  return hostname === 'localhost' || hostname.endsWith('.localhost');
}

/** JSON text in metadata must be sent as base64. */
function isJson(metadata: string | null): boolean {
  return metadata !== null && /^\s*[{[]/.test(metadata);
}
