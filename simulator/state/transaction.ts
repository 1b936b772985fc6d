import type { Code } from '../facts/codes';
import type { Channel, Currency } from '../facts/operators';

/** What became of a transaction, in the simulator's own words. */
export type State = 'created' | 'waiting' | 'accepted' | 'refused' | 'cancelled';

/** What the merchant asked for; never changes, whatever is sent later under the same id. */
export interface Order {
  site_id: string;
  transaction_id: string;
  /** Major units. */
  amount: number;
  currency: Currency;
  description: string;
  notify_url: string | null;
  return_url: string | null;
  channels: Channel[];
  lang: 'fr' | 'en';
  metadata: string | null;
  invoice_data: Record<string, string>;
  customer_name: string | null;
  phone: string | null;
  phone_locked: boolean;
  /** The card block is complete, so the counter may offer cards. */
  card_available: boolean;
  /** Set by the seamless script: who waits for the result. */
  device_id: string | null;
}

/** One try to be paid, from initiation on. */
export interface Transaction extends Order {
  token: string;
  /** Opaque, of the notification form. */
  signature: string;
  state: State;
  /** CinetPay's code of the present state. */
  code: Code;
  /** `data.status` of the check. */
  status: string;
  payment_method: string | null;
  /** What the customer paid with: national number and prefix. */
  paid_number: string | null;
  paid_prefix: string | null;
  operator_id: string | null;
  /** ISO 8601. */
  created_at: string;
  opened_at: string | null;
  /** When it was accepted, refused or cancelled. */
  settled_at: string | null;
  /** The one GET ping of notify_url has been sent. */
  pinged: boolean;
}
