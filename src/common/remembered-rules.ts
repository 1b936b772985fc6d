import { getMetadataStorage } from 'class-validator';

type Collect = ReturnType<typeof getMetadataStorage>['getTargetValidationMetadatas'];
type Rules = ReturnType<Collect>;
type Grouped = ReturnType<ReturnType<typeof getMetadataStorage>['groupByPropertyName']>;

/**
 * Makes class-validator collect and group the rules of a class once, not for every object it validates: they come from decorators, so they
 * are complete before the first body is. Calls with a schema or with groups, which are not in use here, go the old way.
 */
export function rememberRules(): void {
  const storage = getMetadataStorage();
  const collect = storage.getTargetValidationMetadatas.bind(storage);
  const group = storage.groupByPropertyName.bind(storage);
  const collected = new Map<unknown, Rules>();
  const grouped = new WeakMap<Rules, Grouped>();
  storage.getTargetValidationMetadatas = (target, schema, always, strictGroups, groups) => {
    if (schema || always || strictGroups || groups?.length)
      return collect(target, schema, always, strictGroups, groups);
    return remembered(collected, target, () => collect(target, schema, always, strictGroups, groups));
  };
  storage.groupByPropertyName = (rules) => remembered(grouped, rules, () => group(rules));
}

function remembered<K extends object, V>(
  known: { get(key: K): V | undefined; set(key: K, value: V): unknown },
  key: K,
  find: () => V,
): V {
  let value = known.get(key);
  if (value === undefined) known.set(key, (value = find()));
  return value;
}
