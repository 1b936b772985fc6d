import { isCurrency } from '../facts/operators';
import type { NotifySettings, Settings, SettingsPatch, Site } from './settings';

type Rule = (value: unknown) => boolean;

const isFlag: Rule = (value) => typeof value === 'boolean';
const isCount: Rule = (value) => typeof value === 'number' && Number.isFinite(value) && value >= 0;
const isCountOrNull: Rule = (value) => value === null || isCount(value);
const isText: Rule = (value) => typeof value === 'string' && value.length > 0;
const oneOf =
  (...words: readonly unknown[]): Rule =>
  (value) =>
    words.includes(value);

const NOTIFY_RULES: Record<keyof NotifySettings, Rule> = {
  delay_ms: isCount,
  copies: isCount,
  order: oneOf('in_order', 'reversed', 'random'),
  retry_seconds: (value) => Array.isArray(value) && value.every(isCount),
  timeout_ms: isCount,
};

const SITE_RULES: Record<keyof Site, Rule> = {
  site_id: isText,
  apikey: isText,
  secret_key: isText,
  currency: isCurrency,
  min_amount: (value) => value === undefined || isCount(value),
  max_amount: (value) => value === undefined || isCount(value),
};

const RULES: Record<keyof Settings, Rule> = {
  strict: isFlag,
  duplicate_transaction: oneOf('same_token', 'error'),
  rate_per_second: isCountOrNull,
  retry_after: isCountOrNull,
  error_http_status: oneOf(200, 400),
  bad_apikey_code: oneOf('609', '624'),
  unknown_check: oneOf('608', '662'),
  unopened_check: oneOf('662', '623', '608'),
  accept_after_refused: isFlag,
  counter_lifetime_seconds: isCountOrNull,
  amount_format: oneOf('integer', 'decimal'),
  magic_amounts: isFlag,
  notify: (value) => faultsOf(value, NOTIFY_RULES).length === 0,
  sites: (value) => Array.isArray(value) && value.every(isSite),
};

/** A settings patch that names an unknown setting or an impossible value. */
export class InvalidSettings extends Error {}

/** Lays a patch from outside over the settings; sites are replaced whole, all else merged. */
export function mergeSettings(current: Settings, patch: unknown): Settings {
  const faults = faultsOf(patch, RULES);
  if (faults.length > 0) throw new InvalidSettings(`settings: ${faults.join(', ')}`);
  const { notify, ...rest } = patch as SettingsPatch;
  return { ...current, ...rest, notify: { ...current.notify, ...notify } };
}

function isSite(value: unknown): boolean {
  if (faultsOf(value, SITE_RULES, true).length > 0) return false;
  const complete = { min_amount: undefined, max_amount: undefined, ...(value as Site) };
  return (Object.keys(SITE_RULES) as (keyof Site)[]).every((key) => SITE_RULES[key](complete[key]));
}

/** Extra site keys are let through: the gateway's own site file carries more than CinetPay needs. */
function faultsOf(value: unknown, rules: Record<string, Rule>, extraAllowed = false): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return ['not an object'];
  return Object.entries(value).flatMap(([key, entry]) => {
    if (!Object.hasOwn(rules, key)) return extraAllowed ? [] : [`${key} is unknown`];
    return rules[key]?.(entry) === true ? [] : [`${key} has an impossible value`];
  });
}
