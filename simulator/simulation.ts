import type { Customer } from './counter/customer';
import type { Throttle } from './api/throttle';
import type { Addresses } from './http/address';
import type { Faults } from './faults/faults';
import type { Notifier } from './notify/notifier';
import type { Ledger } from './state/ledger';
import type { Settings } from './state/settings';
import type { TransactionStore } from './state/store';

/** One simulated CinetPay: its rules, its memory and its hands. */
export interface Simulation extends Addresses {
  /** Replaced whole when somebody changes them. */
  settings: Settings;
  readonly store: TransactionStore;
  readonly ledger: Ledger;
  readonly faults: Faults;
  readonly throttle: Throttle;
  readonly notifier: Notifier;
  readonly customer: Customer;
  /** Writes an entry that a restart finds again. */
  keep(entry: Record<string, unknown>): void;
}
