import { isIPv4, isIPv6, SocketAddress } from 'node:net';
import { normalizeIp } from '@nestjs/throttler';

/** What of a Fastify request tells where it came from; `ips` is there when proxies are believed. */
export interface Addressed {
  /** Undefined once the socket is gone. */
  ip?: string;
  /** The socket's address first, then what the proxies that are believed wrote, the furthest last. */
  ips?: string[];
}

/** Bits of an address that a shortened one keeps: the network of a provider's customers, not the customer. */
const KEPT_BITS = { 4: 24, 6: 56 };
const WITH_PORT = /^(?:\[([^\]]*)\]|([\d.]+))(?::\d{1,5})?$/;
const MAPPED = /^::ffff:([\d.]+)$/i;

/**
 * The client's address: what the furthest proxy that we believe (TRUST_PROXY_HOPS) wrote, without a port or a zone, an IPv4 address as one
 * also where it came mapped into IPv6. What a proxy wrote and is no address counts as that proxy's own.
 */
export function clientAddress({ ip, ips }: Addressed): string {
  if (!ips) return readAddress(ip ?? '') ?? 'unknown';
  return (
    ips
      .toReversed()
      .map(readAddress)
      .find((address) => address !== undefined) ?? 'unknown'
  );
}

/** What counts as one client: an IPv4 address or the network of an IPv6 one (/64, which one household has). */
export function clientOf(request: Addressed): string {
  return normalizeIp(clientAddress(request));
}

/** The network that an address lies in, /24 or /56, written so. */
export function shortened(address: string): string {
  if (isIPv4(address)) return `${address.split('.', 3).join('.')}.0/${KEPT_BITS[4]}`;
  return normalizeIp(address, KEPT_BITS[6]);
}

/** An address as proxies write it: with a port (`203.0.113.9:51234`, `[2001:db8::1]:443`), in brackets or bare. Undefined for all else. */
function readAddress(written: string): string | undefined {
  if (isIPv4(written)) return written;
  const [, inBrackets, v4] = WITH_PORT.exec(written) ?? [];
  const [bare = ''] = (inBrackets ?? v4 ?? written).split('%', 1);
  if (isIPv4(bare)) return bare;
  return isIPv6(bare) ? plain(bare) : undefined;
}

// One spelling of each address. A socket that listens for both kinds names each IPv4 address as a mapped one.
function plain(v6: string): string {
  const mapped = MAPPED.exec(v6)?.[1] ?? '';
  if (isIPv4(mapped)) return mapped;
  const { address } = new SocketAddress({ family: 'ipv6', address: v6 });
  return MAPPED.exec(address)?.[1] ?? address;
}
