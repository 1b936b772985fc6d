import { Injectable } from '@nestjs/common';
import { NotificationStore } from './notification.store';

/** Invalid notifications that are kept per address and minute, and in all (contract, section 6). */
const PER_ADDRESS = 60;
const IN_ALL = 100_000;
const WINDOW_MS = 60_000;
/** Our choice: so old may the count of all be; it is a bound on storage. */
const COUNT_LASTS_MS = 10_000;
/** Addresses remembered in one window; a flood from more of them counts as one. */
const MAX_ADDRESSES = 10_000;

/** Decides which invalid notifications are worth a row, so that nobody can fill the disk. Valid ones are always kept. */
@Injectable()
export class InvalidLimit {
  private counts = new Map<string, number>();
  private windowEnds = 0;
  private inAll = { count: 0, until: 0 };

  constructor(private readonly store: NotificationStore) {}

  /** @param address of one client (`clientOf`) */
  async allows(address: string): Promise<boolean> {
    return this.allowsAddress(address) && (await this.countAll()) < IN_ALL;
  }

  private allowsAddress(address: string): boolean {
    const now = performance.now();
    if (now >= this.windowEnds) {
      this.counts = new Map();
      this.windowEnds = now + WINDOW_MS;
    }
    const key = this.counts.has(address) || this.counts.size < MAX_ADDRESSES ? address : 'others';
    const count = (this.counts.get(key) ?? 0) + 1;
    this.counts.set(key, count);
    return count <= PER_ADDRESS;
  }

  private async countAll(): Promise<number> {
    const now = performance.now();
    if (now >= this.inAll.until) {
      this.inAll = { count: await this.store.countInvalid(IN_ALL), until: now + COUNT_LASTS_MS };
    }
    return this.inAll.count++;
  }
}
