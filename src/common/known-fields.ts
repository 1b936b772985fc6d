import { plainToInstance } from 'class-transformer';
import type { ClassConstructor } from 'class-transformer';
import { getMetadataStorage } from 'class-validator';
import { meantBy } from './confused-names';
import { step, unknownField, type FieldFaults } from './field-faults';

/** A body's fields by name. */
export type Fields = Record<string, unknown>;

/** The fields of a class: those that have a rule, and of what class their objects are. */
type Known = ReadonlyMap<string, ClassConstructor<object> | undefined>;

const known = new Map<unknown, Known>();

/** The fields that a class's rules name, each with the class of its objects where they have one of their own. */
export function fieldsOf(Class: ClassConstructor<object>): Known {
  let fields = known.get(Class);
  if (!fields) known.set(Class, (fields = collected(Class)));
  return fields;
}

/**
 * What a class knows of a body. Every other name is a fault, found in one pass that neither copies nor looks into its value: only what is left reaches
 * libraries, whose work grows faster than a body. `isLeftOut` says which values count as not sent.
 */
export function sifted(
  Class: ClassConstructor<object>,
  body: Fields,
  faults: FieldFaults,
  isLeftOut: (value: unknown) => boolean = () => false,
  pointer = '',
): Fields {
  const fields = fieldsOf(Class);
  const out: Fields = {};
  for (const name of Object.keys(body)) {
    const value = body[name];
    if (isLeftOut(value)) continue;
    const Nested = fields.get(name);
    if (Nested && isRecord(value)) out[name] = sifted(Nested, value, faults, isLeftOut, step(pointer, name));
    else if (fields.has(name)) out[name] = value;
    else faults.addOfName(() => unknownField(step(pointer, name), meantIn(fields, name)));
  }
  return out;
}

// Also in an object of this one: a customer's field is often sent beside the customer.
function meantIn(fields: Known, name: string): string | undefined {
  const here = meantBy(name, (one) => fields.has(one));
  if (here !== undefined) return here;
  for (const [outer, Nested] of fields) {
    const inner = Nested && meantBy(name, (one) => fieldsOf(Nested).has(one));
    if (inner !== undefined) return `${outer}.${inner}`;
  }
  return undefined;
}

export function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function collected(Class: ClassConstructor<object>): Known {
  const storage = getMetadataStorage();
  const rules = storage.groupByPropertyName(storage.getTargetValidationMetadatas(Class, '', false, false));
  return new Map(
    Object.entries(rules).map(([name, ofField]) => {
      const isNested = ofField.some(({ type }) => type === 'nestedValidation');
      return [name, isNested ? nestedClassOf(Class, name) : undefined];
    }),
  );
}

// Only class-transformer knows it, and tells it by what it makes.
function nestedClassOf(Class: ClassConstructor<object>, name: string): ClassConstructor<object> {
  const made = plainToInstance(Class, { [name]: {} }) as Record<string, object>;
  return made[name]!.constructor as ClassConstructor<object>;
}
