// Proves that no request of hundreds that are near to good ones, or far from them, gets a 5xx or makes an error line; test/long sends 10,000.
import { it } from 'vitest';
import { neverOurFault } from './support/rubbish/never-ours';

it('answers whatever comes with what its sender can mend', () => neverOurFault(200, 20_261_128));
