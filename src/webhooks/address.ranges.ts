import { BlockList, isIP } from 'node:net';

// IANA's special-purpose registries: whatever is not reachable from everywhere is no place for a webhook. 168.63.129.16 is
// Azure's host agent, which answers at a public address.
const REFUSED_V4 = `0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24
  192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4 168.63.129.16/32`;
// Of IPv6 only global unicast is taken; v4-mapped, NAT64, unique local, link-local and multicast all lie outside of it.
const TAKEN_V6 = '2000::/3';
// What is not global within it: protocol assignments with Teredo, documentation, 6to4.
const REFUSED_V6 = '2001::/23 2001:db8::/32 2002::/16 3fff::/20';
// Where clouds hand out credentials, and addresses that are nobody's: an allowed name never leads there.
const UNTRUSTED = `0.0.0.0/8 169.254.0.0/16 100.100.100.200/32 168.63.129.16/32 192.0.0.192/32 224.0.0.0/4 240.0.0.0/4
  ::/128 fe80::/10 fd00:ec2::254/128 ff00::/8`;

/** A set of addresses, IPv4 and IPv6 apart: an IPv4 range says nothing about the IPv6 spellings of its addresses. */
export class AddressSet {
  private readonly v4 = new BlockList();
  private readonly v6 = new BlockList();

  /** @param ranges CIDRs and single addresses */
  constructor(ranges: readonly string[]) {
    for (const range of ranges) this.add(range);
  }

  has(address: string): boolean {
    const plain = address.split('%')[0]!;
    const family = isIP(plain);
    if (family === 4) return this.v4.check(plain, 'ipv4');
    return family === 6 && this.v6.check(plain, 'ipv6');
  }

  private add(range: string): void {
    const [address = '', bits] = range.split('/');
    const isV4 = isIP(address) === 4;
    const list = isV4 ? this.v4 : this.v6;
    list.addSubnet(address, bits === undefined ? (isV4 ? 32 : 128) : Number(bits), isV4 ? 'ipv4' : 'ipv6');
  }
}

const refused = new AddressSet(`${REFUSED_V4} ${REFUSED_V6}`.split(/\s+/));
const taken = new AddressSet([TAKEN_V6]);
const untrusted = new AddressSet(UNTRUSTED.split(/\s+/));

/** Whether an address is not one that everybody on the internet could reach. Anything unreadable counts as private. */
export function isPrivate(address: string): boolean {
  if (refused.has(address)) return true;
  return isIP(address) !== 4 && !taken.has(address);
}

/** Whether an address is refused even to a host that is allowed by name: only its range, allowed as such, opens it. */
export function isNeverTrusted(address: string): boolean {
  return untrusted.has(address);
}
