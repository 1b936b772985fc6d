import { flag, faultLine, listOf, MAX_MILLISECONDS, nullOr, numberFrom, oneOf, record, text } from '../control/rules';
import { CURRENCIES } from '../facts/operators';
import type { NotifySettings, Settings, SettingsPatch, Site } from './settings';

/** Bounds of our choice: far above what a test needs, and low enough that no setting stops the program. */
const MAX_COUNT = 1_000_000_000;
const MAX_COPIES = 100;
const MAX_RETRIES = 100;
const MAX_SITES = 500;
const MAX_TEXT = 255;

const count = numberFrom(0, MAX_COUNT);
const milliseconds = numberFrom(0, MAX_MILLISECONDS);

const NOTIFY = record({
  delay_ms: milliseconds,
  copies: numberFrom(0, MAX_COPIES),
  order: oneOf('in_order', 'reversed', 'random'),
  retry_seconds: listOf(numberFrom(0, MAX_MILLISECONDS / 1000), MAX_RETRIES),
  timeout_ms: milliseconds,
} satisfies Record<keyof NotifySettings, unknown>);

/** The gateway's own site file may be put as it stands: it carries more than CinetPay needs. */
const OF_THE_GATEWAY = ['name', 'default', 'callers', 'seamless', 'secret_keys_previous'];

const SITE = record(
  {
    ...{ site_id: text(MAX_TEXT), apikey: text(MAX_TEXT), secret_key: text(MAX_TEXT), currency: oneOf(...CURRENCIES) },
    ...{ min_amount: count, max_amount: count },
  } satisfies Record<keyof Site, unknown>,
  { required: ['site_id', 'apikey', 'secret_key', 'currency'], ignored: OF_THE_GATEWAY },
);

const SETTINGS = record({
  strict: flag,
  duplicate_transaction: oneOf('same_token', 'error'),
  incomplete_card_block: oneOf('no_cards', '624'),
  rate_per_second: nullOr(count),
  retry_after: nullOr(count),
  error_http_status: oneOf(200, 400),
  bad_apikey_code: oneOf('609', '624'),
  unknown_check: oneOf('608', '662'),
  unopened_check: oneOf('662', '623', '608'),
  accept_after_refused: flag,
  counter_lifetime_seconds: nullOr(count),
  amount_format: oneOf('integer', 'decimal'),
  magic_amounts: flag,
  notify: NOTIFY,
  sites: listOf(SITE, MAX_SITES),
} satisfies Record<keyof Settings, unknown>);

/** A settings patch that names an unknown setting or an impossible value. */
export class InvalidSettings extends Error {}

/** Lays a patch from outside over the settings; sites are replaced whole, all else merged. @throws InvalidSettings naming each fault */
export function mergeSettings(current: Settings, patch: unknown): Settings {
  const faults = faultLine(SETTINGS(patch, ''));
  if (faults !== undefined) throw new InvalidSettings(`settings: ${faults}`);
  const { notify, ...rest } = patch as SettingsPatch;
  return { ...current, ...rest, notify: { ...current.notify, ...notify } };
}
