import type { IncomingMessage } from 'node:http';
import type { Reply } from './exchange';

/** Pages and headers that come from what stands in front of CinetPay: never JSON, never a code. */
export function accessDenied(title: string): string {
  return `<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8"><title>${title}</title></head><body><h1>${title}</h1></body></html>`;
}

/** The edge's answer to a client without User-Agent. */
export const BROWSER_BANNED = accessDenied('Error 1010: access denied, bad browser signature');

/** CinetPay's answer to a localhost address in notify_url or return_url. */
export const LOCALHOST_REFUSED = accessDenied('400 accès interdit');

/** The edge's answer to a body it takes for an attack, such as JSON in metadata. */
export const BODY_REFUSED = accessDenied('403 Forbidden');

/** /v2 is open to browsers: the seamless script posts from the merchant's own page. */
export const OPEN_TO_BROWSERS = { 'Access-Control-Allow-Origin': '*' };

/** Answers a browser's question whether it may post. */
export function preflight(request: IncomingMessage): Reply {
  const open = request.url?.startsWith('/v2/') === true;
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
