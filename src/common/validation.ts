import { plainToInstance } from 'class-transformer';
import type { ClassConstructor } from 'class-transformer';
import { validateSync } from 'class-validator';
import type { ValidationError } from 'class-validator';
import { DECISIVE, FieldFaults, step, unknownField } from './field-faults';
import { keepsRules } from './kept-rules';
import { fieldsOf, isRecord, sifted, type Fields } from './known-fields';
import { Problem, type FieldFault } from './problem';

export { refusal } from './field-faults';

/** How a body is read. */
export interface ValidationOptions {
  /** What a `null` is: a fault, the same as a field left out, or a value that the class's own rules judge. */
  nulls?: 'refused' | 'absent' | 'kept';
  /** Which values count as not sent, also under names that the class does not know. */
  isLeftOut?: (value: unknown) => boolean;
  /** Puts right what senders write, before the rules are asked. It gets only fields that the class knows. */
  prepare?: (fields: Fields) => Fields;
}

/** A body after its reading. */
export interface Judged<T> {
  /** Undefined when there are faults. */
  value: T | undefined;
  /** What the class knows of the body, prepared, with whatever faults it has. */
  fields: Fields;
  faults: FieldFaults;
}

type FaultCode = FieldFault['code'];

/** The code of a fault, by the name of the class-validator rule. A rule's `context: {code}` says otherwise. */
const CODES: Record<string, FaultCode> = {
  isDefined: 'required',
  isNotEmpty: 'required',
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

/**
 * Reads a body as an instance of `Class`, by its class-validator rules, and refuses fields it does not know.
 * @throws Problem `validation_failed` that names every fault at once, as far as `refusal` tells them
 */
export function validated<T extends object>(Class: ClassConstructor<T>, body: unknown, options?: ValidationOptions): T {
  const { value, faults } = judged(Class, body, options);
  if (value === undefined) throw faults.refusal();
  return value;
}

/**
 * The same for readers with rules of their own, who tell all faults together.
 * @throws Problem `malformed_json` for what is no object
 */
export function judged<T extends object>(
  Class: ClassConstructor<T>,
  body: unknown,
  { nulls = 'refused', isLeftOut, prepare = (fields) => fields }: ValidationOptions = {},
): Judged<T> {
  if (!isRecord(body)) throw new Problem('malformed_json', 'The body must be a JSON object.');
  const faults = new FieldFaults();
  const fields = prepare(sifted(Class, body, faults, isLeftOut));
  const value = instanceOf(Class, fields, nulls, faults);
  if (faults.isEmpty && keepsRules(value)) return { value, fields, faults };
  const found = validateSync(value, { forbidUnknownValues: false, validationError: { target: false } });
  faults.add(...found.flatMap((error) => faultsOf(error, '')));
  return { value: faults.isEmpty ? value : undefined, fields, faults };
}

/**
 * An instance with these fields. class-transformer is handed plain values only: lists and objects without a class of their own are for their rules to
 * judge as they came, not for copying.
 */
function instanceOf<T extends object>(
  Class: ClassConstructor<T>,
  fields: Fields,
  nulls: ValidationOptions['nulls'],
  faults: FieldFaults,
  parent = '',
): T {
  const plain: Fields = {};
  const whole: Fields = {};
  for (const [name, value] of Object.entries(fields)) {
    const pointer = step(parent, name);
    const Nested = fieldsOf(Class).get(name);
    if (value === null && nulls !== 'kept') {
      if (nulls === 'refused') faults.add(noValue(pointer));
    } else if (Nested) {
      if (isRecord(value)) whole[name] = instanceOf(Nested, value, nulls, faults, pointer);
      else faults.add({ pointer, code: 'type', detail: `${name} must be an object` });
    } else if (typeof value === 'object' && value !== null) {
      whole[name] = value;
      if (isRecord(value)) lookInto(value, pointer, nulls, faults);
    } else plain[name] = value;
  }
  return Object.assign(plainToInstance(Class, plain, { exposeUnsetFields: false }), whole);
}

// What rules for such objects pass in silence: nulls, and names that every object has.
function lookInto(record: Fields, pointer: string, nulls: ValidationOptions['nulls'], faults: FieldFaults): void {
  for (const name of Object.keys(record)) {
    if (name in Object.prototype) faults.addOfName(() => unknownField(step(pointer, name)));
    else if (record[name] === null && nulls === 'refused') faults.addOfName(() => noValue(step(pointer, name)));
  }
}

function noValue(pointer: string): FieldFault {
  return { pointer, code: 'type', detail: 'null is no value here' };
}

function faultsOf(error: ValidationError, parent: string): FieldFault[] {
  const pointer = step(parent, error.property);
  const children = (error.children ?? []).flatMap((child) => faultsOf(child, pointer));
  const own = Object.entries(error.constraints ?? {}).map(([rule, message]) => {
    return { pointer, code: codeOf(error, rule), detail: message };
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
