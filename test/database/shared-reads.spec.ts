// Proves that reads share a statement and an answer only with those who asked before it began, and that each gets its own row or none.
import { describe, expect, it } from 'vitest';
import { SharedReads } from '../../src/database/shared-reads';

/** Reads whose statements end when the test says so. The row of a key says in which statement it was read; "none" has none. */
function stage() {
  const statements: string[][] = [];
  const ends: ((fault?: Error) => void)[] = [];
  const run = (keys: readonly string[]): Promise<number> => {
    const number = statements.push([...keys]);
    return new Promise((resolve, reject) => ends.push((fault) => (fault ? reject(fault) : resolve(number))));
  };
  const reads = new SharedReads<string>({
    alone: async (key) => {
      const number = await run([key]);
      return key === 'none' ? undefined : `${key} in ${number}`;
    },
    together: async (keys) => {
      const number = await run(keys);
      return new Map(keys.filter((key) => key !== 'none').map((key) => [key, `${key} in ${number}`]));
    },
  });
  return { reads, statements, ends };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('shared reads', () => {
  it('read alone what is asked for alone', async () => {
    const { reads, statements, ends } = stage();
    const read = reads.read('a');
    await turn();
    ends[0]!();
    expect(await read).toBe('a in 1');
    expect(statements).toEqual([['a']]);
  });

  it('give each their row, whoever asks for the same the same, and for what is not there nothing', async () => {
    const { reads, statements, ends } = stage();
    const all = Promise.all(['a', 'b', 'none', 'a'].map((key) => reads.read(key)));
    await turn();
    ends[0]!();
    expect(await all).toEqual(['a in 1', 'b in 1', undefined, 'a in 1']);
    expect(statements).toEqual([['a', 'b', 'none']]);
  });

  it('never answer from a statement that began before the question', async () => {
    const { reads, statements, ends } = stage();
    const early = reads.read('a');
    await turn();
    const late = reads.read('a');
    await turn();
    ends[1]!();
    expect(await late).toBe('a in 2');
    ends[0]!();
    expect(await early).toBe('a in 1');
    expect(statements).toEqual([['a'], ['a']]);
  });

  it('are read one by one where their connection is lost: one lost connection is a fault for nobody, two are for whom they meet', async () => {
    const { reads, ends } = stage();
    const lost = new Error('Connection terminated unexpectedly');
    const all = Promise.allSettled([reads.read('a'), reads.read('b')]);
    await turn();
    ends[0]!(lost);
    await turn();
    ends[1]!(lost);
    ends[2]!();
    expect(await all).toEqual([
      { status: 'rejected', reason: lost },
      { status: 'fulfilled', value: 'b in 3' },
    ]);
    const next = reads.read('a');
    await turn();
    ends[3]!();
    expect(await next).toBe('a in 4');
  });

  it('read one by one where Postgres refuses a group', async () => {
    const { reads, statements, ends } = stage();
    const all = Promise.all([reads.read('a'), reads.read('b')]);
    await turn();
    ends[0]!(Object.assign(new Error('invalid byte sequence'), { code: '22021' }));
    await turn();
    ends.slice(1).forEach((end) => end());
    expect(await all).toEqual(['a in 2', 'b in 3']);
    expect(statements).toEqual([['a', 'b'], ['a'], ['b']]);
  });
});
