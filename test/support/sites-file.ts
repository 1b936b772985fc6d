import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Writes CinetPay sites where CINETPAY_SITES_FILE can name them. @returns the file's path */
export function sitesFile(sites: readonly object[]): string {
  const file = join(mkdtempSync(join(tmpdir(), 'sites-')), 'sites.json');
  writeFileSync(file, JSON.stringify(sites));
  return file;
}
