/** What is wrong with a value from outside, in words that name the field; empty when nothing is. */
export type Rule = (value: unknown, name: string) => string[];

/** Longest wait that a timer can keep, in milliseconds (24.8 days). */
export const MAX_MILLISECONDS = 2_147_483_647;
/** Faults spelled out in one answer (our choice). */
const MAX_FAULTS = 20;

const rule =
  (expected: string, fits: (value: unknown) => boolean): Rule =>
  (value, name) =>
    fits(value) ? [] : [`${name} must be ${expected}`];

/** true or false. */
export const flag: Rule = rule('true or false', (value) => typeof value === 'boolean');

/** A text of 1 to `max` characters. */
export function text(max: number): Rule {
  return rule(
    `a text of 1 to ${max} characters`,
    (value) => typeof value === 'string' && value.length > 0 && value.length <= max,
  );
}

/** One of the listed words or numbers. */
export function oneOf(...words: readonly unknown[]): Rule {
  return rule(`one of ${words.join(', ')}`, (value) => words.includes(value));
}

/** A number from `min` to `max`. */
export function numberFrom(min: number, max: number): Rule {
  const fits = (value: unknown): boolean => typeof value === 'number' && value >= min && value <= max;
  return rule(`a number from ${min} to ${max}`, fits);
}

/** A whole number from `min` to `max`. */
export function wholeFrom(min: number, max: number): Rule {
  const fits = (value: unknown): boolean => Number.isInteger(value) && Number(value) >= min && Number(value) <= max;
  return rule(`a whole number from ${min} to ${max}`, fits);
}

/** null, or what the other rule takes. */
export function nullOr(other: Rule): Rule {
  return (value, name) => (value === null ? [] : other(value, name).map((fault) => `${fault}, or null`));
}

/** A list of at most `max` entries that each keep a rule. */
export function listOf(entry: Rule, max: number): Rule {
  return (value, name) => {
    if (!Array.isArray(value)) return [`${name} must be a list`];
    if (value.length > max) return [`${name} may hold at most ${max} entries`];
    return value.flatMap((one, index) => entry(one, `${name}[${index}]`));
  };
}

/** How a record may be filled. */
interface Filling {
  /** Fields that must be there. */
  required?: readonly string[];
  /** Fields that may be there and are not read. */
  ignored?: readonly string[];
}

/** An object of known fields; `name` is empty for the body itself. */
export function record(rules: Record<string, Rule>, { required = [], ignored = [] }: Filling = {}): Rule {
  return (value, name) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return [`${name || 'the body'} must be an object`];
    const at = (key: string): string => (name ? `${name}.${key}` : key);
    const absent = required.filter((key) => !Object.hasOwn(value, key)).map((key) => `${at(key)} is missing`);
    const wrong = Object.entries(value).flatMap(([key, entry]) => {
      const known = Object.hasOwn(rules, key) ? rules[key] : undefined;
      if (known) return known(entry, at(key));
      return ignored.includes(key) ? [] : [`${at(key).slice(0, 100)} is unknown`];
    });
    return [...absent, ...wrong];
  };
}

/** The faults of a whole request as one line, the first twenty spelled out; undefined when there are none. */
export function faultLine(faults: string[]): string | undefined {
  if (faults.length === 0) return undefined;
  const more = faults.length - MAX_FAULTS;
  return faults.slice(0, MAX_FAULTS).join('; ') + (more > 0 ? `; and ${more} more` : '');
}
