import type { LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { Injectable } from '@nestjs/common';
import { pause } from '../common/clock';
import { isRange } from '../config/allowed-targets';
import { Config } from '../config/config';
import { AddressSet, isNeverTrusted, isPrivate } from './address.ranges';
import { NameResolver } from './name.resolver';
import { faultOfText, hostOf, type TargetFault } from './target';

/** How long saving a URL may wait for its name to resolve (our choice): at connect it is judged in any case. */
const RESOLVE_MS = 2_000;

const REFUSED: TargetFault = {
  code: 'not_allowed',
  detail: 'leads to a private or reserved address; WEBHOOK_ALLOW_PRIVATE can allow it',
};

/** The code of the error with which a connection to a refused address fails. */
export const ADDRESS_REFUSED = 'ADDRESS_REFUSED';

/**
 * Keeps webhooks away from addresses that only our own network can reach, except those in `WEBHOOK_ALLOW_PRIVATE`. Judged
 * when a URL is saved, so that its owner hears of it, and again at each connect, because names change what they lead to.
 */
@Injectable()
export class AddressGuard {
  /** Names to addresses; tests put in a resolver that changes its mind. */
  resolve: (host: string) => Promise<LookupAddress[]>;

  private readonly ranges: AddressSet;
  private readonly hosts: ReadonlySet<string>;
  private readonly resolving = new Map<string, Promise<LookupAddress[]>>();

  constructor({ webhookAllowPrivate: allowed }: Config) {
    this.ranges = new AddressSet(allowed.filter(isRange));
    this.hosts = new Set(allowed.filter((entry) => !isRange(entry)).map((host) => host.toLowerCase()));
    const names = new NameResolver(this.hosts);
    this.resolve = (host) => names.resolve(host);
  }

  /** Why this URL is refused as it stands, without asking what its name resolves to; undefined when it is not. */
  faultOf(text: string): TargetFault | undefined {
    const fault = faultOfText(text);
    if (fault) return fault;
    const host = hostOf(new URL(text));
    const address = host === 'localhost' || host.endsWith('.localhost') ? '127.0.0.1' : host;
    return isIP(address) !== 0 && this.refuses(address, host) ? REFUSED : undefined;
  }

  /** As `faultOf`, and for a name also by the addresses it has now. A name that has none yet is let through. */
  async faultNow(text: string): Promise<TargetFault | undefined> {
    const fault = this.faultOf(text);
    const host = fault ? '' : hostOf(new URL(text));
    if (fault || isIP(host) !== 0) return fault;
    const addresses = await Promise.race([
      this.addressesOf(host).catch(() => []),
      pause(RESOLVE_MS).then((): LookupAddress[] => []),
    ]);
    const isRefused = addresses.length > 0 && addresses.every(({ address }) => this.refuses(address, host));
    return isRefused ? REFUSED : undefined;
  }

  /** The `lookup` of every connection: hands on the addresses that may be reached, or fails with `ADDRESS_REFUSED`. */
  readonly lookup: LookupFunction = (hostname, options, callback) => {
    this.reachable(hostname).then(
      (addresses) => {
        if (options.all) callback(null, addresses);
        else callback(null, addresses[0]!.address, addresses[0]!.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, ''),
    );
  };

  private async reachable(hostname: string): Promise<LookupAddress[]> {
    const host = hostname.replace(/\.$/, '').toLowerCase();
    const addresses = (await this.addressesOf(host)).filter(({ address }) => !this.refuses(address, host));
    if (addresses.length > 0) return addresses;
    throw Object.assign(new Error('the address is refused'), { code: ADDRESS_REFUSED });
  }

  private refuses(address: string, host: string): boolean {
    if (this.ranges.has(address) || !isPrivate(address)) return false;
    return isNeverTrusted(address) || !this.hosts.has(host);
  }

  // Connections that are made together ask once.
  private addressesOf(host: string): Promise<LookupAddress[]> {
    const under = this.resolving.get(host);
    if (under) return under;
    const asked = this.resolve(host).finally(() => this.resolving.delete(host));
    this.resolving.set(host, asked);
    return asked;
  }
}
