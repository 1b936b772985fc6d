// Proves that the tests are worth something: each one-line sabotage of the product is noticed by the test named beside it.
import { afterAll, expect, it } from 'vitest';
import { copyTree, isCaught, remove } from '../torture/mutants/apply';
import { MUTANTS } from '../torture/mutants/mutants';

const copy = copyTree();

afterAll(() => remove(copy));

it.each(MUTANTS.map((mutant) => [mutant.name, mutant] as const))('%s', (_, mutant) => {
  const { caught, output } = isCaught(copy, mutant);
  expect(caught, output.slice(-3_000)).toBe(true);
});
