// Proves that the names of webhooks keep nobody waiting who resolves names in the system's few threads, whatever their name
// servers do, and that what only the system knows is still found.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { NameResolver } from '../../src/webhooks/name.resolver';
import { startNameServer, type NameServer } from './name-server';

describe('the resolver of webhooks', () => {
  let server: NameServer;
  const questions: string[] = [];
  beforeAll(async () => {
    server = await startNameServer((name) => {
      questions.push(name);
      if (name.startsWith('hole')) return undefined;
      return name.endsWith('.example') ? '203.0.113.7' : null;
    });
  });
  afterAll(() => server.close());

  /** Its system answers when the test says so. */
  function resolver(named: string[] = []): { names: NameResolver; asked: string[]; answer: () => void } {
    const names = new NameResolver(new Set(named), [server.address]);
    const asked: string[] = [];
    const waiting: (() => void)[] = [];
    names.system = (host) =>
      new Promise((resolve) => {
        asked.push(host);
        waiting.push(() => resolve([{ address: '10.0.0.1', family: 4 }]));
      });
    return { names, asked, answer: () => waiting.shift()!() };
  }

  it('asks the name servers, and the system nothing that they know', async () => {
    const { names, asked } = resolver();
    expect(await names.resolve('shop.example')).toEqual([{ address: '203.0.113.7', family: 4 }]);
    expect(asked).toEqual([]);
  });

  it('never asks the system about names whose servers say nothing, and gives them up within a connection’s time', async () => {
    const { names, asked } = resolver();
    const begun = performance.now();
    const holes = Array.from({ length: 50 }, (_, i) => names.resolve(`hole${i}.example`));
    const others = names.resolve('shop.example');
    expect(await others).toHaveLength(1);
    expect(performance.now() - begun).toBeLessThan(1_400);
    for (const result of await Promise.allSettled(holes))
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'EAI_AGAIN' } });
    expect(performance.now() - begun).toBeLessThan(10_000);
    expect(asked).toEqual([]);
  });

  it('asks the system about what is local, named by the operator or not there: one name at a time', async () => {
    const { names, asked, answer } = resolver(['shop.example']);
    const first = names.resolve('shop.example');
    const others = ['orders.internal', 'orders', 'hole.localhost'].map((host) => names.resolve(host));
    await expect.poll(() => questions.filter((name) => name.startsWith('orders'))).toHaveLength(2);
    await names.resolve('other.example');
    expect(asked).toEqual(['shop.example']);
    for (const count of [2, 3, 4]) {
      answer();
      await expect.poll(() => asked.length).toBe(count);
    }
    answer();
    for (const result of await Promise.all([first, ...others]))
      expect(result).toEqual([{ address: '10.0.0.1', family: 4 }]);
    expect(asked.toSorted()).toEqual(['hole.localhost', 'orders', 'orders.internal', 'shop.example']);
  });

  it('asks the system no more about a name that has waited for too long', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    try {
      const { names, asked, answer } = resolver(['slow', 'late']);
      const results = Promise.allSettled([names.resolve('slow'), names.resolve('late')]);
      await expect.poll(() => asked).toEqual(['slow']);
      vi.advanceTimersByTime(5_001);
      answer();
      expect(await results).toMatchObject([{ status: 'fulfilled' }, { reason: { code: 'EAI_AGAIN' } }]);
      expect(asked).toEqual(['slow']);
    } finally {
      vi.useRealTimers();
    }
  });
});
