import type { Config } from '../config/config';

/** What a command works with. */
export interface Scene {
  config: Config;
  /** What stands behind the command's name. */
  args: string[];
  /** Writes one line, for a person or a pipe. */
  print: (line: string) => void;
}

/** A command was called with something that cannot be; the message says what it takes. */
export class Misused extends Error {}
