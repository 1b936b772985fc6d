import { DatabaseTime } from '../common/clock';
import type { ShownTransaction } from './payment.json';
import type { Transaction } from './transaction.entity';
import type { FixedColumn } from './insert.statements';

/** A row as pg hands it over: bigint as text, and what a statement adds. */
export type Row = Omit<Transaction, 'amount'> & { amount: string };

/** A row before it is saved: what the caller decides, and what it makes us decide. */
export type NewTransaction = Pick<Transaction, FixedColumn>;

/** What is shown of a payment, and whose it is. */
export type Shown = ShownTransaction & Pick<Transaction, 'caller'>;

/** As JSON writes it. */
export type Written<T> = {
  [K in keyof T]: T[K] extends Date ? string : T[K] extends Date | null ? string | null : T[K];
};

/** A row with Postgres' clock at the moment it was read. */
export interface Seen {
  row: Transaction;
  time: DatabaseTime;
}

/** A row that this process works on. */
export interface Claim extends Seen {
  /** The lease's number; a write under an older one is refused. */
  lease: number;
  /** An earlier try may have reached CinetPay. */
  sentBefore: boolean;
  /** The request it is worked on for, if any: calls to CinetPay are logged with it. */
  requestId?: string;
}

/** A row that was just saved, and leased for its first call. */
export interface Saved extends Claim {
  /** Older orders of its site wait for the budget; false also when nobody looked. */
  olderWait: boolean;
}

/** Gives a row its types; columns that a statement adds fall away with the next object that is made of it. */
export function asTransaction(row: Row): Transaction {
  return { ...row, amount: Number(row.amount) };
}

export function asSeen(row: Row & { clock: Date }): Seen {
  const { clock, ...columns } = row;
  return { row: asTransaction(columns), time: new DatabaseTime(clock) };
}

export function asClaim(row: Row & { clock: Date; sent_before?: boolean }): Claim {
  const { sent_before: sentBefore, ...rest } = row;
  return { ...asSeen(rest), lease: row.lease_number, sentBefore: sentBefore ?? row.maybe_sent };
}

/** What an insert hands back. */
export type Inserted = Pick<
  Transaction,
  'created_at' | 'next_initiation_at' | 'lease_until' | 'checks_from' | 'next_check_at'
> & { clock: Date; older_wait?: boolean };

/** A row as an insert leaves it. One spread and then named fields: of several V8 makes a dictionary, and all that read or copy the row pay for it. */
export function asSaved(
  transaction: NewTransaction,
  times: Omit<Inserted, 'clock'>,
  isInitiated: boolean,
): Transaction {
  return {
    ...transaction,
    status: 'created',
    status_reason: null,
    needs_review: false,
    closed: false,
    payment_url: null,
    payment_token: null,
    payment_method: null,
    operator_id: null,
    fund_availability_date: null,
    created_at: times.created_at,
    updated_at: times.created_at,
    accepted_at: null,
    revision: 1,
    lease_number: isInitiated ? 1 : 0,
    lease_until: times.lease_until,
    wake_number: 0,
    woken_at: null,
    wake_allowed_at: null,
    initiation: isInitiated ? 'send' : null,
    maybe_sent: isInitiated,
    initiation_attempts: 0,
    next_initiation_at: times.next_initiation_at,
    checks_from: times.checks_from,
    failed_checks: 0,
    next_check_at: times.next_check_at,
  };
}

/** Gives instants their type again. */
export function asShown(shown: Written<Shown>): Shown {
  const { next_check_at, created_at, updated_at, accepted_at } = shown;
  return Object.assign(shown, {
    next_check_at: next_check_at === null ? null : new Date(next_check_at),
    created_at: new Date(created_at),
    updated_at: new Date(updated_at),
    accepted_at: accepted_at === null ? null : new Date(accepted_at),
  });
}
