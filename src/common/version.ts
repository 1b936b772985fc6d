import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** This service's version, from the nearest package.json: sources and build lie at different depths below it. */
export const VERSION = readVersion(__dirname);

function readVersion(folder: string): string {
  const file = join(folder, 'package.json');
  if (existsSync(file)) return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
  return folder === dirname(folder) ? '0.0.0' : readVersion(dirname(folder));
}
