import { CURRENCIES, type Currency } from '../facts/operators';

/** One service of a merchant's account. */
export interface Site {
  site_id: string;
  apikey: string;
  /** Signs notifications (x-token). */
  secret_key: string;
  /** The only currency this account may collect. */
  currency: Currency;
  /** Replace the country's limits, in major units. */
  min_amount?: number;
  max_amount?: number;
}

/** How notifications leave. */
export interface NotifySettings {
  /** Milliseconds between a status change and its notification. */
  delay_ms: number;
  /** How many identical notifications each change sends, at once. */
  copies: number;
  /** Which of one transaction's notifications that wait (see delay_ms) goes first. */
  order: 'in_order' | 'reversed' | 'random';
  /** Delays between further attempts after anything but 2xx; CinetPay's own are unknown, so none. */
  retry_seconds: number[];
  /** Total time of one attempt. */
  timeout_ms: number;
}

/** Everything that sources leave open, or that a test wants otherwise. */
export interface Settings {
  /** true: hold clients to the official page; false: accept what deployed clients send. */
  strict: boolean;
  /** Resending a known transaction_id: the earlier token again, or code 608. */
  duplicate_transaction: 'same_token' | 'error';
  /**
   * An order with a part of the card block (email, address, city, country, state, zip code): taken without the offer of cards, or
   * code 624. `strict` answers 624 whatever stands here.
   */
  incomplete_card_block: 'no_cards' | '624';
  /** Calls per site and second before 429; 0 lets none through, null is no limit. */
  rate_per_second: number | null;
  /** Seconds in the Retry-After of a 429; null sends none. */
  retry_after: number | null;
  /** HTTP status of error envelopes (429 is always 429); what the gateway's DROP_IN_ERROR_STATUS means there. */
  error_http_status: 200 | 400;
  bad_apikey_code: '609' | '624';
  /** Check of a transaction nobody initiated. */
  unknown_check: '608' | '662';
  /** Check of a transaction whose counter nobody opened. */
  unopened_check: '662' | '623' | '608';
  /** Whether a refused payment can still be paid on the same counter. */
  accept_after_refused: boolean;
  /** Seconds after which an unpaid counter closes and its check answers 625; null is never. */
  counter_lifetime_seconds: number | null;
  /** How amounts are written in check answers and notifications: `2500` or `2500.00`. */
  amount_format: 'integer' | 'decimal';
  /** Whether some amounts choose a behaviour (see magic-amounts.ts). */
  magic_amounts: boolean;
  notify: NotifySettings;
  sites: Site[];
}

/** Part of the settings, as PUT /_sim/settings takes it. */
export type SettingsPatch = Partial<Omit<Settings, 'notify'>> & { notify?: Partial<NotifySettings> };

/** Five demonstration sites: no real account has such keys. */
export const DEMO_SITES: Site[] = CURRENCIES.map((currency, index) => ({
  site_id: `10000${index + 1}`,
  apikey: `10000${index + 1}dec0ffee0000000${index + 1}.1000000${index + 1}`,
  secret_key: `demo-secret-key-${currency.toLowerCase()}`,
  currency,
}));

/** A fault-free, unlimited, lenient CinetPay. */
export const DEFAULT_SETTINGS: Settings = {
  strict: false,
  duplicate_transaction: 'same_token',
  incomplete_card_block: 'no_cards',
  rate_per_second: null,
  retry_after: null,
  error_http_status: 400,
  bad_apikey_code: '609',
  unknown_check: '608',
  unopened_check: '662',
  accept_after_refused: true,
  counter_lifetime_seconds: null,
  amount_format: 'integer',
  magic_amounts: true,
  notify: { delay_ms: 0, copies: 1, order: 'in_order', retry_seconds: [], timeout_ms: 10_000 },
  sites: DEMO_SITES,
};
