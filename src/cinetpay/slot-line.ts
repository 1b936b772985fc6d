import type { Slot } from './slot-desk';
import type { NoSlot } from './outcomes';

interface Waiting {
  /** Whose end is its own; searches change hands. */
  search: object;
  /** On `performance.now()`. */
  since: number;
  resolve(found: Slot | NoSlot): void;
  reject(fault: unknown): void;
}

/** Longer than a slot may be ahead: who has stood in line so long is answered when its own search ends (our choice). */
const LONGEST_MS = 5_000;

/**
 * Who waits in this process for a slot of one lane of one site. Each searches for one, and whoever has waited longest takes the first that is
 * found: a slot that was missed, because the process stood still, makes all wait longer but changes no order.
 */
export class SlotLine {
  private readonly line: Waiting[] = [];

  /** A slot that may be used now, or that none could be had: what `find` comes to, or what it comes to for somebody behind. */
  wait(find: () => Promise<Slot | NoSlot>): Promise<Slot | NoSlot> {
    return new Promise((resolve, reject) => {
      const search = {};
      this.line.push({ search, since: performance.now(), resolve, reject });
      find().then(
        (found) => (found.kind === 'slot' ? this.serve(search, found) : this.leave(search)?.resolve(found)),
        (fault: unknown) => this.leave(search)?.reject(fault),
      );
    });
  }

  // Who found it goes on with the search of the one who takes it, so that every search ends with one who waits.
  private serve(search: object, slot: Slot): void {
    const first = this.line.shift();
    const finder = this.line.find((each) => each.search === search);
    if (first && finder) finder.search = first.search;
    first?.resolve(slot);
  }

  // The last in line leaves: the first would come back behind those it was in front of.
  private leave(search: object): Waiting | undefined {
    const place = this.line.findIndex((each) => each.search === search);
    const searcher = this.line[place];
    if (searcher && performance.now() - searcher.since > LONGEST_MS) return this.line.splice(place, 1)[0];
    const last = this.line.pop();
    if (searcher && last) searcher.search = last.search;
    return last;
  }
}
