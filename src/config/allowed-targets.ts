import { isIP } from 'node:net';

/** Whether an entry of `WEBHOOK_ALLOW_PRIVATE` is an address or a CIDR; the others are host names. */
export function isRange(entry: string): boolean {
  const [address = '', bits] = entry.split('/');
  const family = isIP(address);
  if (family === 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}

/** Whether an entry of `WEBHOOK_ALLOW_PRIVATE` is a host name: a mistyped CIDR must not pass for one. */
export function isHostName(entry: string): boolean {
  return /^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/i.test(entry) && !/^[\d.]+$/.test(entry);
}
