import { plainToInstance } from 'class-transformer';
import type { ClassConstructor } from 'class-transformer';
import { validateSync } from 'class-validator';
import type { ValidationError } from 'class-validator';
import { keepsRules } from './kept-rules';
import { Problem, type FieldFault } from './problem';

/** How a body is read. */
export interface ValidationOptions {
  /** What a `null` is: a fault, the same as a field left out, or a value that the class's own rules judge. */
  nulls?: 'refused' | 'absent' | 'kept';
}

type FaultCode = FieldFault['code'];

/** The code of a fault, by the name of the class-validator rule. A rule's `context: {code}` says otherwise. */
const CODES: Record<string, FaultCode> = {
  isDefined: 'required',
  isNotEmpty: 'required',
  whitelistValidation: 'unknown_field',
  isString: 'type',
  isInt: 'type',
  isNumber: 'type',
  isBoolean: 'type',
  isArray: 'type',
  isObject: 'type',
  nestedValidation: 'type',
  isLength: 'length',
  minLength: 'length',
  maxLength: 'length',
  arrayMinSize: 'length',
  arrayMaxSize: 'length',
  min: 'range',
  max: 'range',
  isIn: 'not_allowed',
  isEnum: 'not_allowed',
  isDivisibleBy: 'multiple_of_5',
};
/** These say all there is to say: a text is not also too short to be a number. */
const DECISIVE: readonly FaultCode[] = ['unknown_field', 'required', 'type'];

/**
 * Reads a body as an instance of `Class`, by its class-validator rules, and refuses fields it does not know.
 * @throws Problem `validation_failed` that names every fault at once
 */
export function validated<T extends object>(
  Class: ClassConstructor<T>,
  body: unknown,
  { nulls = 'refused' }: ValidationOptions = {},
): T {
  const faults: FieldFault[] = [];
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new Problem('malformed_json', 'The body must be a JSON object.');
  const value = plainToInstance(Class, cleaned(body, '', nulls, faults), { exposeUnsetFields: false });
  if (faults.length === 0 && keepsRules(value)) return value;
  const found = validateSync(value, { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: false });
  faults.push(...found.flatMap((error) => faultsOf(error, '')));
  if (faults.length === 0) return value;
  throw refusal(faults);
}

/** The one problem for all faults of a request; the first fault found at a place is the one that is told. */
export function refusal(faults: readonly FieldFault[]): Problem {
  const decided = new Set<string>();
  const told = faults.filter(({ pointer, code }) => {
    const before = decided.has(pointer);
    if (DECISIVE.includes(code)) decided.add(pointer);
    return !before;
  });
  return new Problem('validation_failed', 'Nothing was saved or sent; mend what errors names.', { errors: told });
}

/** A step down in an RFC 6901 pointer. */
export function step(pointer: string, name: string | number): string {
  return `${pointer}/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

// What class-transformer and class-validator would pass in silence: nulls in optional fields, names that every object has.
function cleaned(value: unknown, pointer: string, nulls: ValidationOptions['nulls'], faults: FieldFault[]): unknown {
  if (Array.isArray(value))
    return value.map((entry, index) => cleaned(entry, step(pointer, index), nulls, faults) ?? null);
  if (typeof value !== 'object' || value === null) return value;
  const out: Record<string, unknown> = {};
  for (const [name, entry] of Object.entries(value)) {
    if (name in Object.prototype) faults.push(unknownField(step(pointer, name)));
    else if (typeof entry === 'object' && entry !== null)
      out[name] = cleaned(entry, step(pointer, name), nulls, faults);
    else if (entry !== null || nulls === 'kept') out[name] = entry;
    else if (nulls === 'refused')
      faults.push({ pointer: step(pointer, name), code: 'type', detail: 'null is no value here' });
  }
  return out;
}

function faultsOf(error: ValidationError, parent: string): FieldFault[] {
  const pointer = step(parent, error.property);
  const children = (error.children ?? []).flatMap((child) => faultsOf(child, pointer));
  const own = Object.entries(error.constraints ?? {}).map(([rule, message]) => {
    const code = codeOf(error, rule);
    return { pointer, code, detail: code === 'unknown_field' ? unknownField(pointer).detail : message };
  });
  if (own.length > 0 && error.value === undefined) return [{ pointer, code: 'required', detail: 'is required' }];
  const decisive = own.find(({ code }) => DECISIVE.includes(code));
  return [...(decisive ? [decisive] : firstOfEach(own)), ...children];
}

function codeOf({ contexts }: ValidationError, rule: string): FaultCode {
  const context = contexts?.[rule] as { code?: FaultCode } | undefined;
  return context?.code ?? CODES[rule] ?? 'format';
}

function firstOfEach(faults: FieldFault[]): FieldFault[] {
  return faults.filter(({ code }, index) => faults.findIndex((other) => other.code === code) === index);
}

function unknownField(pointer: string): FieldFault {
  return { pointer, code: 'unknown_field', detail: 'there is no such field' };
}
