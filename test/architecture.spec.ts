// Proves that CinetPay's words stay in the folders that speak to CinetPay, the environment in config/, time and randomness in common/.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && name !== 'metadata.ts')
  .map((name) => ({ name, text: readFileSync(join('src', name), 'utf8') }));

const outside = (...folders: string[]): typeof sources =>
  sources.filter(({ name }) => !folders.some((folder) => name.startsWith(`${folder}/`)));
const containing = (files: typeof sources, word: RegExp): string[] =>
  files.filter(({ text }) => word.test(text)).map(({ name }) => name);

describe('the source', () => {
  it('is there to be read', () => expect(sources.length).toBeGreaterThan(20));

  it("keeps CinetPay's words inside cinetpay/, compat/, sites/ and config/", () => {
    expect(containing(outside('cinetpay', 'compat', 'sites', 'config'), /cpm_|apikey|WAITING_/)).toEqual([]);
  });

  it('reads the environment in config/ only', () => {
    expect(containing(outside('config'), /process\.env/)).toEqual([]);
  });

  it("takes the wall clock and randomness from common/ only, but for the sandbox's own folder and Postgres", () => {
    const source =
      /Math\.random|randomUUID|randomInt|randomBytes|randomFill|getRandomValues|Date\.now|\bDate\(\)|new Date(?!\()/;
    const own = /^(sandbox\.folder|database\/embedded-postgres(\.place)?)\.ts$/;
    expect(containing(outside('common'), source).filter((name) => !own.test(name))).toEqual([]);
  });
});
