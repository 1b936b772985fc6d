import { Grouping } from './grouping';

export interface SharedReadsOptions<Row> {
  alone: (key: string) => Promise<Row | undefined>;
  /** Reads many in one statement. What is not there is left out. */
  together: (keys: readonly string[]) => Promise<ReadonlyMap<string, Row>>;
}

/**
 * Reads that come together share a statement, and whoever asks for what somebody waits for already shares the answer, so nobody
 * may change it. A statement begins after everybody in it has asked: each sees all that was committed before.
 */
export class SharedReads<Row> {
  private readonly grouping: Grouping<string, Row | undefined>;
  /** Asked for, and in no statement yet. */
  private readonly waiting = new Map<string, Promise<Row | undefined>>();

  constructor({ alone, together }: SharedReadsOptions<Row>) {
    this.grouping = new Grouping<string, Row | undefined>({
      kind: 'read',
      keyOf: (key) => key,
      alone: (key) => {
        // After a group that was refused it may be the entry of somebody who came later: then whoever comes next reads for himself.
        this.waiting.delete(key);
        return alone(key);
      },
      together: async (keys) => {
        for (const key of keys) this.waiting.delete(key);
        const rows = await together(keys);
        return new Map(keys.map((key) => [key, rows.get(key)]));
      },
    });
  }

  read(key: string): Promise<Row | undefined> {
    const known = this.waiting.get(key);
    if (known) return known;
    const read = this.grouping.run(key);
    this.waiting.set(key, read);
    return read;
  }
}
