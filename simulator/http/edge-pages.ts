import type { IncomingMessage } from 'node:http';
import type { Reply } from './exchange';

/** Pages and headers that come from what stands in front of CinetPay: never JSON, never a code. */
export function accessDenied(title: string): string {
  return `<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title></head><body><main><h1>${title}</h1></main></body></html>`;
}

/** The edge's answer to a client without User-Agent. */
export const BROWSER_BANNED = accessDenied('Error 1010: access denied, bad browser signature');

/** CinetPay's answer to a localhost address in notify_url or return_url. */
export const LOCALHOST_REFUSED = accessDenied('400 accès interdit');

/** The edge's answer to a body it takes for an attack, such as JSON in metadata. */
export const BODY_REFUSED = accessDenied('403 Forbidden');

/** The edge's answer to a header that may come once and comes twice. */
export const HEADER_TWICE = accessDenied('400 Bad Request');

/** The answer to a body that is too large; the connection ends with it. */
export const TOO_LARGE: Reply = {
  ...{ status: 413, type: 'html', body: accessDenied('413 Request Entity Too Large'), code: null },
  headers: { Connection: 'close' },
};

/** Whether a header that decides how a request is read comes twice. */
export function hasHeaderTwice({ rawHeaders }: IncomingMessage): boolean {
  const names = rawHeaders.filter((_entry, index) => index % 2 === 0).map((name) => name.toLowerCase());
  return ['host', 'content-type'].some((single) => names.indexOf(single) !== names.lastIndexOf(single));
}

/** /v2 is open to browsers: the seamless script posts from the merchant's own page. */
export const OPEN_TO_BROWSERS = { 'Access-Control-Allow-Origin': '*' };

/** Answers a browser's question whether it may post. */
export function preflight(pathname: string, request: IncomingMessage): Reply {
  const open = pathname.startsWith('/v2/');
  const asked = request.headers['access-control-request-headers'] ?? '*';
  const headers = {
    ...OPEN_TO_BROWSERS,
    'Access-Control-Allow-Methods': 'POST, OPTIONS',
    'Access-Control-Allow-Headers': asked,
    'Access-Control-Allow-Private-Network': 'true',
    'Access-Control-Max-Age': '600',
  };
  return { status: open ? 204 : 405, type: 'text', body: '', code: null, headers: open ? headers : {} };
}
