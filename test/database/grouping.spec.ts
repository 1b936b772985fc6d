// Proves that what is written in groups resolves each with its own result and fails each by itself, in the order of asking, never two of one key at
// once, that what comes alone waits for nobody, and that what waits for a held row keeps others from nothing.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Grouping } from '../../src/database/grouping';
import { eventually } from '../support/gateway';

interface Item {
  key: string;
  n: number;
  fate: 'together' | 'left out' | 'breaks a group' | 'breaks';
}

/** A grouping whose statements are kept, and end when the test says so. */
function stage() {
  const statements: Item[][] = [];
  const underWay: { items: Item[]; end: () => void; fail: (fault: unknown) => void }[] = [];
  const run = (items: readonly Item[]): Promise<void> => {
    statements.push([...items]);
    return new Promise((resolve, reject) => underWay.push({ items: [...items], end: resolve, fail: reject }));
  };
  const grouping = new Grouping<Item, string>({
    kind: 'write',
    keyOf: ({ key }) => key,
    alone: async (item) => {
      await run([item]);
      if (item.fate === 'breaks') throw new Error(`broken ${item.n}`);
      return `alone ${item.n}`;
    },
    together: async (items) => {
      await run(items);
      if (items.some(({ fate }) => fate.startsWith('breaks')))
        throw Object.assign(new Error('refused'), { code: '23514' });
      return new Map(items.filter(({ fate }) => fate === 'together').map((item) => [item.key, `group ${item.n}`]));
    },
  });
  return { grouping, statements, underWay };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const item = (n: number, changes: Partial<Item> = {}): Item => ({ key: `k${n}`, n, fate: 'together', ...changes });

/** Ends statements until none comes any more. @param pick which of those under way ends next */
async function endAll(
  { underWay }: ReturnType<typeof stage>,
  pick: (count: number) => number = () => 0,
): Promise<void> {
  for (let quiet = 0; quiet < 3;) {
    await turn();
    const [next] = underWay.splice(underWay.length === 0 ? 0 : pick(underWay.length), 1);
    quiet = next ? 0 : quiet + 1;
    next?.end();
  }
}

describe('a grouping of groups', () => {
  it('writes alone what comes alone, at once', async () => {
    const { grouping, statements, underWay } = stage();
    const written = grouping.run(item(1));
    await turn();
    expect(statements).toEqual([[item(1)]]);
    underWay[0]!.end();
    expect(await written).toBe('alone 1');
  });

  it('gathers what comes while two statements are under way, 32 at most', async () => {
    const told = stage();
    const results = [item(1), item(2)].map(async (one) => {
      const result = told.grouping.run(one);
      await turn();
      return result;
    });
    await turn();
    const more = Array.from({ length: 40 }, (_, n) => told.grouping.run(item(n + 3)));
    await endAll(told);
    expect(await Promise.all([...results, ...more])).toHaveLength(42);
    expect(told.statements.map((items) => items.length)).toEqual([2, 32, 8]);
  });

  it('lets others in beside statements that wait for a row which somebody holds', async () => {
    const { grouping, statements, underWay } = stage();
    const held: Promise<string>[] = [];
    for (const n of [1, 2]) {
      held.push(grouping.run(item(n)));
      await turn();
    }
    const others = [3, 4].map((n) => grouping.run(item(n)));
    await eventually(() => underWay.length === 3);
    underWay[2]!.end();
    expect(await Promise.all(others)).toEqual(['group 3', 'group 4']);
    for (const { end } of underWay) end();
    expect(await Promise.all(held)).toEqual(['alone 1', 'alone 2']);
    // Whose place was given back early gives it back once: two still go, and the third waits.
    const more: Promise<string>[] = [];
    for (const n of [5, 6, 7]) {
      more.push(grouping.run(item(n)));
      await turn();
    }
    expect(statements.slice(3)).toEqual([[item(5)], [item(6)]]);
    await endAll({ grouping, statements, underWay: underWay.splice(3) });
    expect(await more[1]).toBe('alone 6');
  });

  it('sends no second write of a key before the first is done, and lets it go alone then', async () => {
    const told = stage();
    const same = [1, 2].map((n) => told.grouping.run(item(n, { key: 'held' })));
    const other = told.grouping.run(item(3));
    await endAll(told);
    expect(await Promise.all([...same, other])).toEqual(['group 1', 'alone 2', 'group 3']);
    expect(told.statements.map((items) => items.map(({ n }) => n))).toEqual([[1, 3], [2]]);
  });

  it('tells whoever waits behind a write of the same key of the fault that it met, and goes on with what comes then', async () => {
    const told = stage();
    const first = Promise.allSettled([told.grouping.run(item(1, { key: 'held' }))]);
    await turn();
    const behind = Promise.allSettled([2, 3].map((n) => told.grouping.run(item(n, { key: 'held' }))));
    const fault = Object.assign(new Error('canceling statement due to statement timeout'), { code: '57014' });
    told.underWay.shift()!.fail(fault);
    expect(await first).toEqual([{ status: 'rejected', reason: fault }]);
    expect(await behind).toEqual([2, 3].map(() => ({ status: 'rejected', reason: fault })));
    expect(told.statements).toHaveLength(1);
    const later = told.grouping.run(item(4, { key: 'held' }));
    await endAll(told);
    expect(await later).toBe('alone 4');
  });

  it('lets others in beside groups that hang', async () => {
    const { grouping, statements, underWay } = stage();
    const hung: Promise<string>[] = [];
    for (const n of [1, 3]) {
      hung.push(...[n, n + 1].map((each) => grouping.run(item(each))));
      await turn();
    }
    const other = grouping.run(item(5));
    await eventually(() => underWay.length === 3);
    expect(statements.map((items) => items.length)).toEqual([2, 2, 1]);
    for (const { end } of underWay) end();
    expect(await Promise.all([...hung, other])).toHaveLength(5);
  });

  it('passes a fault that may hide a commit on to everybody, and writes nothing twice', async () => {
    const { grouping, statements, underWay } = stage();
    const results = Promise.allSettled([grouping.run(item(1)), grouping.run(item(2))]);
    await turn();
    const fault = new Error('Connection terminated unexpectedly');
    underWay[0]!.fail(fault);
    expect(await results).toEqual([
      { status: 'rejected', reason: fault },
      { status: 'rejected', reason: fault },
    ]);
    await turn();
    expect(statements).toHaveLength(1);
  });

  it('writes one by one what Postgres undid for the sake of another', async () => {
    const told = stage();
    const results = Promise.all([told.grouping.run(item(1)), told.grouping.run(item(2))]);
    await turn();
    told.underWay.shift()!.fail(Object.assign(new Error('deadlock detected'), { code: '40P01' }));
    await endAll(told);
    expect(await results).toEqual(['alone 1', 'alone 2']);
  });

  it('gives everybody his own result, whatever comes when', async () => {
    const items = fc.array(
      fc.record({
        key: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
        fate: fc.constantFrom<Item['fate'][]>('together', 'together', 'left out', 'breaks a group', 'breaks'),
        pausesAfter: fc.boolean(),
      }),
      { maxLength: 60 },
    );
    await fc.assert(
      fc.asyncProperty(items, fc.infiniteStream(fc.nat()), async (coming, picks) => {
        const told = stage();
        const results: Promise<PromiseSettledResult<string>[]>[] = [];
        for (const [n, { key, fate, pausesAfter }] of coming.entries()) {
          results.push(Promise.allSettled([told.grouping.run({ key, fate, n })]));
          if (pausesAfter) await turn();
          if (pausesAfter && n % 2 === 0) told.underWay.shift()?.end();
        }
        await endAll(told, (count) => picks.next().value % count);
        for (const [n, result] of (await Promise.all(results)).flat().entries()) {
          const isBroken = coming[n]!.fate === 'breaks';
          expect(result).toMatchObject(isBroken ? { reason: new Error(`broken ${n}`) } : { status: 'fulfilled' });
          if (result.status === 'fulfilled') expect([`alone ${n}`, `group ${n}`]).toContain(result.value);
        }
        for (const group of told.statements) expect(new Set(group.map(({ key }) => key)).size).toBe(group.length);
        // Of one key, whoever asks first is tried first.
        const tries = told.statements.flat();
        for (const key of new Set(tries.map((one) => one.key))) {
          const ofKey = [...new Set(tries.filter((one) => one.key === key).map(({ n }) => n))];
          expect(ofKey).toEqual([...ofKey].sort((a, b) => a - b));
        }
      }),
      { numRuns: 200 },
    );
  });
});
