import type { IncomingMessage } from 'node:http';

/** Where a server is reached. */
export interface Addresses {
  /** What the operator says; undefined: whatever address a client asked. */
  publicUrl: string | undefined;
  /** Where it listens. */
  url: string;
}

const HOST = /^(?:[\w.-]{1,255}|\[[\da-f:.]{2,45}\])(?::\d{1,5})?$/i;

/** The address under which the client of a request, and its customer, reach this server again; no slash at the end. */
export function addressOf(request: IncomingMessage, { publicUrl, url }: Addresses): string {
  const host = request.headers.host ?? '';
  if (publicUrl !== undefined || !HOST.test(host)) return publicUrl ?? url;
  return `${'encrypted' in request.socket ? 'https' : 'http'}://${host}`;
}

/** The address of a listening server for people on this machine. */
export function urlOfServer(host: string, port: number, secure: boolean): string {
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  const name = reachable.includes(':') ? `[${reachable}]` : reachable;
  return `${secure ? 'https' : 'http'}://${name}:${port}`;
}
