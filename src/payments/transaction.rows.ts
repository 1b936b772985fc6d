import { DatabaseTime } from '../common/clock';
import type { Transaction } from './transaction.entity';

/** A row as pg hands it over: bigint as text, and what a statement adds. */
export type Row = Omit<Transaction, 'amount'> & { amount: string };

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
