// Proves that an address with letters beyond ASCII is taken the ten thousandth time as it was the first: Node 20's own check forgets how.
import { expect, it } from 'vitest';
import { urlOf as simulators } from '../../simulator/http/url';
import { urlOf } from '../../src/common/web-url';

it.each([urlOf, simulators])('reads the same address for ever', (read) => {
  const hosts = new Set(Array.from({ length: 20_000 }, () => read('https://café.example/thanks')?.hostname));
  expect([...hosts]).toEqual(['xn--caf-dma.example']);
  expect(read('https://')).toBeUndefined();
});
