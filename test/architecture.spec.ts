// Proves that CinetPay's words stay in the folders that speak to CinetPay, and the environment in config/.
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

  it('takes time and randomness from common/ only', () => {
    expect(containing(outside('common'), /Math\.random\(|randomUUID|randomInt\(/)).toEqual([]);
  });
});
