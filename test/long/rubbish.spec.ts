// Proves that no request of 10,000 that are near to good ones, or far from them, gets a 5xx or makes an error line while the database is there.
import { it } from 'vitest';
import { neverOurFault } from '../support/rubbish/never-ours';

/** Kept: what they found stays mended. The last one is another each time, so that more is seen over the years. */
const SEEDS = [20_261_128, 7, Number(process.env.SEED ?? Math.floor(Math.random() * 1e9))];

it.each(SEEDS)('answers whatever comes with what its sender can mend (seed %i)', (seed) => {
  process.stdout.write(`generated requests: seed ${seed}\n`);
  return neverOurFault(3_400, seed);
});
