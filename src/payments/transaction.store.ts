import { Injectable } from '@nestjs/common';
import type { Answer } from '../cinetpay/outcomes';
import { DatabaseTime } from '../common/clock';
import { newId } from '../common/ids';
import { logInfo } from '../common/logger';
import { Config } from '../config/config';
import { Sql, type Runner, type Statement } from '../database/sql';
import { WorkSignal } from '../database/work-signal';
import { applied, movesTo, type Decision } from './decision';
import { eventData } from './payment.json';
import type { EventType } from './status';
import type { Transaction } from './transaction.entity';
import { asClaim, asSeen, asTransaction, type Claim, type Row, type Seen } from './transaction.rows';
import * as statements from './transaction.statements';

/** A row before it is saved: what the caller decides, and what it makes us decide. */
export type NewTransaction = Pick<Transaction, statements.InsertedColumn>;

/** What a request may be a repetition of. */
export interface Known {
  by: 'key' | 'id' | 'paid_order' | 'open_order';
  row: Transaction;
}

/** An answer of CinetPay and when it was asked for. */
export interface Asked {
  answer: Answer;
  at: Date;
}

/** Who reviewed a payment, how and why. */
export interface Review {
  resolution: string;
  note: string;
  by: string;
}

/** What `settle` writes and under which conditions. */
export interface Settlement {
  /** The row the decision was computed from. */
  row: Transaction;
  decision: Decision;
  now: Date;
  /** The claim's number; null for a write that needs no lease (review, close, a late link). */
  lease: number | null;
  asked?: Asked;
  review?: Review;
}

const KNOWN_BY = { 1: 'key', 2: 'id', 3: 'paid_order', 4: 'open_order' } as const;

/** Every statement about transactions and their doors. */
@Injectable()
export class TransactionStore {
  constructor(
    private readonly sql: Sql,
    private readonly signal: WorkSignal,
    private readonly config: Config,
  ) {}

  async find(transactionId: string): Promise<Seen | undefined> {
    return this.one(statements.FIND, transactionId);
  }

  /** A claimed row as it is now, but for its wake number: what woke it since the claim has not been answered. */
  async reread({ row }: Claim): Promise<Transaction> {
    const seen = await this.find(row.transaction_id);
    if (!seen) throw new Error(`transaction ${row.transaction_id} is gone`);
    return { ...seen.row, wake_number: row.wake_number };
  }

  async findByToken(token: string): Promise<Seen | undefined> {
    return this.one(statements.FIND_BY_TOKEN, token);
  }

  /** What this request repeats: the same key, the same id, or an order whose door is taken, looked up in this order. */
  async lookup(
    caller: string,
    key: string | null,
    id: string | null,
    reference: string | null,
  ): Promise<Known | undefined> {
    const [row] = await this.sql.rows<Row & { rank: 1 | 2 | 3 | 4 }>(statements.LOOKUP, [caller, key, id, reference]);
    if (!row) return undefined;
    const { rank, ...columns } = row;
    return { by: KNOWN_BY[rank], row: asTransaction(columns) };
  }

  /**
   * Saves an order. @param firstCheckSeconds for a seamless order, which is never initiated by us
   * @returns nothing when the order's door is taken; a taken id or key throws a unique violation
   */
  async insert(transaction: NewTransaction, firstCheckSeconds: number | null): Promise<Claim | undefined> {
    const values = statements.INSERTED_COLUMNS.map((column) => parameter(transaction[column]));
    const [saved] = await this.sql.rows<Inserted>(statements.INSERT, [...values, firstCheckSeconds]);
    if (!saved) return undefined;
    const { clock, ...times } = saved;
    const row: Transaction = {
      ...transaction,
      ...fresh(firstCheckSeconds === null),
      ...times,
      updated_at: times.created_at,
    };
    return { row, time: new DatabaseTime(clock), lease: row.lease_number, sentBefore: false };
  }

  /**
   * Writes a decision. @returns the row as it stands, or undefined when it has changed since it was read or the lease is lost: then nothing was
   * written.
   */
  async settle(settlement: Settlement): Promise<Transaction | undefined> {
    const { row, decision } = settlement;
    if (decision.door === undefined || row.order_reference === null)
      return this.tell(settlement, await this.write(this.sql, settlement));
    const settled = await this.sql.transaction(async (runner) => {
      await runner.rows(statements.LOCK_DOOR, [row.caller, row.order_reference]);
      const after = await this.write(runner, settlement);
      const door = [row.caller, row.order_reference, row.transaction_id, decision.door === 'pay'];
      if (after) await runner.rows(statements.CHANGE_DOOR, door);
      return after;
    });
    return this.tell(settlement, settled);
  }

  /**
   * Settles an acceptance under the door's lock, so that of two payments of one order exactly one is the duplicate.
   * @param decide is told whether another transaction has paid the order
   */
  async settlePaid(row: Transaction, decide: (paidOtherwise: boolean) => Settlement): Promise<Transaction | undefined> {
    let settlement = decide(false);
    if (row.order_reference === null) return this.tell(settlement, await this.write(this.sql, settlement));
    const settled = await this.sql.transaction(async (runner) => {
      const door = [row.caller, row.order_reference];
      const [locked] = await runner.rows<{ paid_transaction_id: string | null }>(statements.LOCK_DOOR, door);
      const paidBy = locked?.paid_transaction_id ?? null;
      settlement = decide(paidBy !== null && paidBy !== row.transaction_id);
      const after = await this.write(runner, settlement);
      if (after) await runner.rows(statements.CHANGE_DOOR, [...door, row.transaction_id, true]);
      return after;
    });
    return this.tell(settlement, settled);
  }

  /** Whether another transaction has paid the order of this one. */
  async isPaidOtherwise(row: Pick<Transaction, 'caller' | 'order_reference' | 'transaction_id'>): Promise<boolean> {
    if (row.order_reference === null) return false;
    const [door] = await this.sql.rows<{ paid_transaction_id: string | null }>(statements.PAID_BY, [
      row.caller,
      row.order_reference,
    ]);
    return (door?.paid_transaction_id ?? row.transaction_id) !== row.transaction_id;
  }

  /** Keeps an answer that decides nothing any more. */
  async keepAnswer(transactionId: string, asked: Asked): Promise<void> {
    await this.sql.rows(statements.KEEP_ANSWER, [transactionId, ...answerValues(asked)]);
  }

  async claim(kind: 'initiations' | 'woken' | 'scheduled', sites: readonly string[], limit: number): Promise<Claim[]> {
    const statement = CLAIMS[kind];
    const rows = await this.sql.rows<Row & { clock: Date; sent_before?: boolean }>(statement, [sites, limit]);
    return rows.map(asClaim);
  }

  /** Takes one row for a check now; undefined when somebody works on it, it is accepted, or it was asked about too often. */
  async claimOne(transactionId: string): Promise<Claim | undefined> {
    const [row] = await this.sql.rows<Row & { clock: Date }>(statements.CLAIM_ONE, [transactionId]);
    return row && asClaim(row);
  }

  /** @returns whether the lease is still ours */
  async renew(transactionId: string, lease: number): Promise<boolean> {
    return (await this.sql.rows(statements.RENEW, [transactionId, lease])).length > 0;
  }

  /** Hands back what was claimed and not begun; it is due again after `retryInMs`. */
  async release({ row, lease, sentBefore }: Claim, kind: 'initiation' | 'check', retryInMs: number): Promise<void> {
    const isInitiation = kind === 'initiation';
    const sent = isInitiation ? sentBefore : null;
    await this.sql.rows(statements.RELEASE, [row.transaction_id, lease, sent, retryInMs, isInitiation]);
  }

  /** Asks for a check soon. */
  async wake(transactionId: string): Promise<void> {
    const woken = await this.sql.rows(statements.WAKE_ONE, [transactionId]);
    if (woken.length > 0) this.signal.nudge('check');
  }

  /** How many orders wait for their initiation, counted up to `limit`. */
  async backlog(limit: number): Promise<number> {
    const [counted] = await this.sql.rows<{ waiting: number }>(statements.BACKLOG, [limit]);
    return counted!.waiting;
  }

  private async write(runner: Runner, settlement: Settlement): Promise<Transaction | undefined> {
    const { row, decision, now, lease } = settlement;
    const after = applied(row, decision, now);
    const [settled] = await runner.rows<Pick<Transaction, 'next_check_at' | 'wake_number'>>(statements.SETTLE, [
      ...[row.transaction_id, row.revision, lease, after.status, after.status_reason, after.needs_review, after.closed],
      ...[
        after.payment_url,
        after.payment_token,
        after.payment_method,
        after.operator_id,
        after.fund_availability_date,
      ],
      ...[after.accepted_at, after.initiation, after.maybe_sent, after.initiation_attempts, after.next_initiation_at],
      ...[after.checks_from, after.failed_checks, after.next_check_at, row.wake_number, now],
      ...(settlement.asked ? answerValues(settlement.asked) : NO_ANSWER),
      ...moveValues(settlement),
      ...eventValues(decision.events, after, this.config.publicUrl),
      settlement.asked?.answer.operation === 'check',
    ]);
    return settled && { ...after, ...settled };
  }

  // After the commit: what is told must be there to be found.
  private tell({ row, decision }: Settlement, after: Transaction | undefined): Transaction | undefined {
    if (!after) return undefined;
    if (decision.events.length > 0) this.signal.nudge('event');
    const to = movesTo(row, decision);
    const { transaction_id, status: from, site_id } = row;
    if (to !== undefined) logInfo('payment moved', { transaction_id, site_id, from, to, reason: decision.cause });
    return after;
  }

  private async one(statement: Statement, value: string): Promise<Seen | undefined> {
    const [row] = await this.sql.rows<Row & { clock: Date }>(statement, [value]);
    return row && asSeen(row);
  }
}

const CLAIMS = {
  initiations: statements.CLAIM_INITIATIONS,
  woken: statements.CLAIM_WOKEN,
  scheduled: statements.CLAIM_SCHEDULED,
} as const;

type Inserted = Pick<
  Transaction,
  'created_at' | 'next_initiation_at' | 'lease_until' | 'checks_from' | 'next_check_at'
> & { clock: Date };

function fresh(isInitiated: boolean): Omit<Transaction, keyof NewTransaction | keyof Inserted | 'updated_at'> {
  return {
    ...{
      status: 'created',
      status_reason: null,
      needs_review: false,
      closed: false,
      payment_url: null,
      payment_token: null,
    },
    ...{ payment_method: null, operator_id: null, fund_availability_date: null, accepted_at: null, revision: 1 },
    ...{ lease_number: isInitiated ? 1 : 0, wake_number: 0, woken_at: null, wake_allowed_at: null, failed_checks: 0 },
    ...{ initiation: isInitiated ? 'send' : null, maybe_sent: isInitiated, initiation_attempts: 0 },
  };
}

const NO_ANSWER: null[] = new Array<null>(10).fill(null);

function answerValues({ answer, at }: Asked): unknown[] {
  const { operation, outcome, durationMs, httpStatus, code, message, description, apiResponseId, data } = answer;
  const asked = [operation, outcome, at, durationMs, httpStatus, code, message, description, apiResponseId];
  return [...asked, data === null ? null : JSON.stringify(data)];
}

// A review without a move is a move to where the payment is: the story has one place.
function moveValues({ row, decision, review }: Settlement): unknown[] {
  const isTold = movesTo(row, decision) !== undefined || review !== undefined;
  return [isTold ? row.status : null, decision.cause, review ? JSON.stringify(review) : null];
}

function eventValues(events: EventType[], after: Transaction, publicUrl: string): unknown[] {
  return [events.map(newId), events, events.length === 0 ? null : eventData(after, publicUrl)];
}

function parameter(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
}
