// Proves that every sabotage still fits the source of today in exactly one place, and that the test that has to notice it is there.
import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { MUTANTS } from './mutants';

it.each(MUTANTS.map((mutant) => [mutant.name, mutant] as const))(
  '%s',
  (_, { file, find, replace, test, only = '' }) => {
    expect(readFileSync(file, 'utf8').split(find)).toHaveLength(2);
    expect(replace).not.toBe(find);
    expect(existsSync(test) && readFileSync(test, 'utf8').includes(only)).toBe(true);
  },
);
