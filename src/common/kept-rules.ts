import { getMetadataStorage } from 'class-validator';
import type { ValidationArguments } from 'class-validator';

type Rule = ReturnType<ReturnType<typeof getMetadataStorage>['getTargetValidationMetadatas']>[number];

/** The rules of one property, ready to be asked. */
interface Property {
  /** `@IsOptional` and its like: where one of them says no, nothing else is asked. */
  conditions: ((object: object, value: unknown) => boolean)[];
  checks: { constraints: unknown[]; keeps: (value: unknown, about: ValidationArguments) => unknown }[];
  isNested: boolean;
}

/** By property; undefined where a rule is of a kind that is not known here. */
type Rules = Map<string, Property> | undefined;

const KINDS = new Set(['customValidation', 'conditionalValidation', 'nestedValidation', 'whitelistValidation']);
const known = new Map<unknown, Rules>();

/**
 * Whether an object keeps every rule of its class and has no other property. True is what `validateSync` with a whitelist would find, by the very rules
 * that the decorators registered, but without the objects that it makes for faults nobody committed: they were a fifth of all the memory that an order
 * took. False says that it has to be asked: for the faults, or because a rule is of a kind not known here.
 */
export function keepsRules(object: object): boolean {
  const rules = rulesOf(object);
  if (!rules) return false;
  for (const name of Object.keys(object)) if (!rules.has(name)) return false;
  for (const [name, property] of rules) if (!isKept(object, name, property)) return false;
  return true;
}

function isKept(object: object, property: string, { conditions, checks, isNested }: Property): boolean {
  const value = (object as Record<string, unknown>)[property];
  for (const isMet of conditions) if (!isMet(object, value)) return true;
  const targetName = object.constructor.name;
  for (const { keeps, constraints } of checks)
    if (keeps(value, { targetName, property, object, value, constraints }) !== true) return false;
  if (!isNested || value === undefined) return true;
  return typeof value === 'object' && value !== null && !(Symbol.iterator in value) && keepsRules(value);
}

function rulesOf({ constructor }: object): Rules {
  if (!known.has(constructor)) known.set(constructor, collected(constructor));
  return known.get(constructor);
}

function collected(target: object['constructor']): Rules {
  const storage = getMetadataStorage();
  const all = storage.getTargetValidationMetadatas(target, '', false, false);
  if (all.length === 0 || all.some(isUnknown)) return undefined;
  return new Map(Object.entries(storage.groupByPropertyName(all)).map(([name, rules]) => [name, propertyOf(rules)]));
}

// The types say that all of these are always there; they are not.
function isUnknown({ type, each, groups, validateIf }: Partial<Rule>): boolean {
  return (
    type === undefined || !KINDS.has(type) || each === true || (groups?.length ?? 0) > 0 || validateIf !== undefined
  );
}

function propertyOf(rules: Rule[]): Property {
  const conditional = rules.filter(({ type }) => type === 'conditionalValidation');
  const custom = rules.filter(({ type }) => type === 'customValidation');
  return {
    conditions: conditional.map(({ constraints }) => constraints[0] as Property['conditions'][number]),
    checks: custom.flatMap(({ constraints, constraintCls }) =>
      getMetadataStorage()
        .getTargetValidatorConstraints(constraintCls)
        .map(({ instance }) => ({ constraints, keeps: (value, about) => instance.validate(value, about) })),
    ),
    isNested: rules.some(({ type }) => type === 'nestedValidation'),
  };
}
