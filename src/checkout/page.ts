import type { FastifyReply } from 'fastify';
import { markup, ownMarkup, type Html } from './html';
import { permissionsOf, policyOf, type Allowances } from './policy';
import { SEAMLESS_STYLE, STYLE } from './style';
import type { Language } from './words';

/** One page before it is sent. */
export interface Page {
  status: number;
  language: Language;
  title: string;
  main: Html;
  allowed: Allowances;
  /** `data-*` attributes of the body: what the page's scripts work on. */
  data?: Record<string, string>;
  /** Class of the body. */
  shape?: 'framed';
  /** Without scripts: go there after as many seconds. */
  refresh?: { seconds: number; url: string };
  /** Of others, before our own scripts. */
  externalScript?: string;
  retryAfterSeconds?: number;
}

/** Sends a page with everything that must not be forgotten on one: no referrer, its own policy. */
export function sendPage(reply: FastifyReply, page: Page): void {
  for (const [name, value] of Object.entries(headersOf(page))) void reply.header(name, value);
  // helmet's answer to framing; the policy's frame-ancestors says it better, page by page.
  reply.removeHeader('X-Frame-Options');
  void reply.code(page.status).send(documentOf(page));
}

/** Sends the browser on. Only ever to an address that the order was saved with, CinetPay gave, or that is a page of ours. */
export function redirect(reply: FastifyReply, url: string): void {
  void reply.header('Referrer-Policy', 'no-referrer');
  void reply.code(303).header('Location', url).send();
}

function headersOf({ allowed, retryAfterSeconds }: Page): Record<string, string> {
  return {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': policyOf(allowed),
    'Permissions-Policy': permissionsOf(allowed),
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
    'X-Robots-Tag': 'noindex, nofollow',
    ...(retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) }),
  };
}

/** The whole document. */
export function documentOf({ language, title, main, allowed, data, shape, refresh, externalScript }: Page): string {
  const attributes = Object.entries(data ?? {}).map(([name, value]) => markup` data-${name}="${value}"`);
  // To the letter what the policy's hashes were made of: not a space more.
  const scripts = (allowed.scripts ?? []).map((source) => markup`<script>${ownMarkup(source)}</script>`);
  const styles = [STYLE, ...(allowed.anyStyle ? [SEAMLESS_STYLE] : [])];
  return markup`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:,">
${styles.map((style) => markup`<style>${ownMarkup(style)}</style>`)}
${refresh && markup`<noscript><meta http-equiv="refresh" content="${refresh.seconds};url=${refresh.url}"></noscript>`}
</head>
<body${shape && markup` class="${shape}"`}${attributes}>
<main>${main}</main>
${externalScript && markup`<script src="${externalScript}"></script>`}${scripts}
</body>
</html>
`.source;
}
