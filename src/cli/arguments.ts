import { parseArgs } from 'node:util';
import { Misused, type Arguments } from './scene';

/**
 * Reads what stands behind a command's name, which its usage describes: `<…>` is needed, `[--name value]` may be left out.
 * @throws Misused for everything else
 */
export function readArguments(usage: string, argv: readonly string[]): Arguments {
  const names = [...usage.matchAll(/<([^>]+)>/g)].map(([, name]) => name!);
  const known = [...usage.matchAll(/\[--(\S+) /g)].map(([, name]) => name!);
  const options = Object.fromEntries(known.map((name) => [name, { type: 'string', multiple: true } as const]));
  const { tokens } = parseArgs({ args: [...argv], options, allowPositionals: true, strict: false, tokens: true });
  const refuse = (what: string): never => {
    throw new Misused(`${what}. It is: npm run cli -- ${usage}`);
  };
  const given: Record<string, string> = {};
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const { name, rawName, value, inlineValue } = token;
    if (!known.includes(name)) refuse(`There is no option ${shown(rawName)} here`);
    if (!value || (!inlineValue && value.startsWith('-'))) refuse(`${rawName} needs a value`);
    if (name in given) refuse(`${rawName} was given twice`);
    given[name] = value!;
  }
  const positionals = tokens.flatMap((token) => (token.kind === 'positional' ? [token.value.trim()] : []));
  const missing = names.find((_, index) => !positionals[index]);
  if (missing !== undefined) refuse(`This needs the ${missing}`);
  if (positionals.length > names.length) refuse(`${shown(positionals[names.length]!)} is too much here`);
  return { positionals, options: given };
}

/** A text of the command line as a message may hold it: one line, and not all of a long one. */
export function shown(text: string): string {
  return JSON.stringify(text.slice(0, 40));
}
