import type { Config } from '../config/config';

/** What stands behind a command's name. */
export interface Arguments {
  /** As many as its usage names in angle brackets. */
  positionals: string[];
  /** Of the options that its usage names, those that were given. */
  options: Readonly<Record<string, string>>;
}

/** What a command works with. */
export interface Scene extends Arguments {
  config: Config;
  /** Writes one line, for a person or a pipe. */
  print: (line: string) => void;
}

/** The command line is not one that there is: exit code 2. The message is one line and says what is. */
export class Misused extends Error {}

/** What was asked for cannot be done: exit code 1. The message is one line. */
export class Failed extends Error {}
