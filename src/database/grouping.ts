import { isRolledBack, isStorageFault } from '../common/storage-fault';

export interface GroupingOptions<Item, Result> {
  /**
   * Of writes, two of one key are never under way at once: in Postgres the second would wait for the first, on a connection of its own, and what
   * keeps the first waiting would take them all. And one that a fault may hide is not repeated. Reads wait for nobody and can be.
   */
  kind: 'read' | 'write';
  /** Items with the same key never share a statement. */
  keyOf: (item: Item) => string;
  /** Runs one item, and waits for whoever holds its row. */
  alone: (item: Item) => Promise<Result>;
  /** Runs many in one statement, all or none, and waits for nobody. What it leaves out (by key) goes alone. */
  together: (items: readonly Item[]) => Promise<ReadonlyMap<string, Result>>;
}

interface Waiting<Item, Result> {
  item: Item;
  resolve: (result: Result) => void;
  reject: (fault: unknown) => void;
}

/** Statements under way from which on items gather (our choice: one that Postgres works on, one that is being made). */
const AT_ONCE = 2;
/** Milliseconds that a statement keeps its place (our choice; a commit takes a few): it may wait for whoever holds its row, or on a dead connection. */
const PLACE_MS = 50;
/** Items in one statement, at most (our choice: beyond, a statement takes longer and no item of it less). */
const MOST = 32;

/**
 * Group commit: what comes while statements are under way waits for them, and then all of it goes in one statement and one
 * commit. With a place free an item goes at once, with what came in the same turn, so that nobody waits for company. Each item still resolves after
 * its own commit, and fails by itself: a group that Postgres refuses is run item by item. docs/decisions/0012-group-commit.md
 */
export class Grouping<Item, Result> {
  private waiting: Waiting<Item, Result>[] = [];
  /** The keys of writes that are under way. */
  private readonly busy = new Set<string>();
  private underWay = 0;
  private gathering = false;

  constructor(private readonly options: GroupingOptions<Item, Result>) {}

  run(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      this.gather();
    });
  }

  // What comes in the same turn of the event loop belongs together.
  private gather(): void {
    if (this.gathering || this.underWay >= AT_ONCE || this.waiting.length === 0) return;
    this.gathering = true;
    setImmediate(() => {
      this.gathering = false;
      while (this.underWay < AT_ONCE) {
        const group = this.take();
        if (group.length === 0) return;
        void this.send(group);
      }
    });
  }

  private async send(group: Waiting<Item, Result>[]): Promise<void> {
    const leave = this.enter();
    // Two that hang must not keep all others from being written for as long as they do.
    const patience = setTimeout(leave, PLACE_MS);
    await (group.length === 1 ? this.alone(group[0]!) : this.together(group));
    clearTimeout(patience);
    leave();
  }

  /** Takes a place. @returns how to give it back; once is enough */
  private enter(): () => void {
    let isIn = true;
    this.underWay++;
    return () => {
      if (!isIn) return;
      isIn = false;
      this.underWay--;
      this.gather();
    };
  }

  private fail(group: Waiting<Item, Result>[], fault: unknown): void {
    for (const { item, reject } of group) {
      reject(fault);
      this.free(this.options.keyOf(item));
    }
  }

  private take(): Waiting<Item, Result>[] {
    const keys = new Set<string>();
    const group: Waiting<Item, Result>[] = [];
    this.waiting = this.waiting.filter((entry) => {
      const key = this.options.keyOf(entry.item);
      if (group.length === MOST || keys.has(key) || this.busy.has(key)) return true;
      keys.add(key);
      group.push(entry);
      return false;
    });
    if (this.options.kind === 'write') for (const key of keys) this.busy.add(key);
    return group;
  }

  private async alone({ item, resolve, reject }: Waiting<Item, Result>): Promise<void> {
    const key = this.options.keyOf(item);
    await this.options.alone(item).then(resolve, (fault: unknown) => {
      reject(fault);
      // Whoever waits behind it waits for the same: one after the other they would wait for the sum of it.
      if (isStorageFault(fault)) this.refuse(key, fault);
    });
    this.free(key);
  }

  private refuse(key: string, fault: unknown): void {
    if (!this.busy.has(key)) return;
    const same = this.waiting.filter(({ item }) => this.options.keyOf(item) === key);
    this.waiting = this.waiting.filter((entry) => !same.includes(entry));
    for (const { reject } of same) reject(fault);
  }

  private free(key: string): void {
    if (this.busy.delete(key)) this.gather();
  }

  private async together(group: Waiting<Item, Result>[]): Promise<void> {
    let written: ReadonlyMap<string, Result> = new Map();
    try {
      written = await this.options.together(group.map(({ item }) => item));
    } catch (fault) {
      // It may have been committed: each writer knows how to find out.
      if (this.options.kind === 'write' && isStorageFault(fault) && !isRolledBack(fault))
        return this.fail(group, fault);
    }
    const leftOut = group.filter(({ item, resolve }) => {
      const key = this.options.keyOf(item);
      if (!written.has(key)) return true;
      resolve(written.get(key)!);
      this.free(key);
      return false;
    });
    // Not waited for: one whose row is held must not keep others from being written.
    for (const entry of leftOut) void this.alone(entry);
  }
}
