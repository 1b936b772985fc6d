// Proves, by one short run of the torture, that every invariant holds while processes and Postgres are killed, and that a clean run
// leaves nothing behind; `npm run torture` does more.
import { existsSync } from 'node:fs';
import { beforeAll, expect, it } from 'vitest';
import { build } from '../support/program';
import { run } from '../torture/run';

beforeAll(() => build());

it('holds every invariant through kills and faults', async () => {
  const lines: string[] = [];
  const outcome = await run({ seed: 1, payments: 30, progress: (line) => lines.push(line) });
  expect(outcome.violations, lines.join('\n')).toEqual([]);
  expect(outcome).toMatchObject({ kills: expect.any(Number), postgresKills: 1 });
  expect(outcome.captures).toBeGreaterThan(10);
  expect(outcome.faults).toBeGreaterThan(10);
  expect(existsSync(outcome.evidence)).toBe(false);
}, 240_000);
