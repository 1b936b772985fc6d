import { ValidateBy } from 'class-validator';

/** How many characters a text has as Postgres counts them: code points. JavaScript's `length` counts some of them twice. */
export function charactersOf(text: string): number {
  return [...text].length;
}

/** Whether a text has at most `max` characters. */
export function isWithin(max: number, text: string): boolean {
  // A character is one or two units: most texts need no count.
  return text.length <= max || (text.length <= 2 * max && charactersOf(text) <= max);
}

interface Worded {
  message?: string;
}

/** As class-validator's rule of the same name, which leaves variation selectors out of its count: text of any length passes it. */
export function MaxLength(max: number, { message }: Worded = {}): PropertyDecorator {
  const validate = (value: unknown): boolean => typeof value === 'string' && isWithin(max, value);
  return ValidateBy({
    name: 'maxLength',
    constraints: [max],
    validator: { validate, defaultMessage: () => message ?? `may have at most ${max} characters` },
  });
}

/** As class-validator's rule of the same name, for the same reason. */
export function Length(min: number, max: number, { message }: Worded = {}): PropertyDecorator {
  const validate = (value: unknown): boolean =>
    typeof value === 'string' && isWithin(max, value) && (value.length >= 2 * min || charactersOf(value) >= min);
  return ValidateBy({
    name: 'isLength',
    constraints: [min, max],
    validator: { validate, defaultMessage: () => message ?? `takes ${min} to ${max} characters` },
  });
}
