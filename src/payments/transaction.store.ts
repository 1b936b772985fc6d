import { Injectable } from '@nestjs/common';
import { DatabaseTime } from '../common/clock';
import { logInfo } from '../common/logger';
import { Config } from '../config/config';
import { oneRow } from '../database/given';
import { SharedReads } from '../database/shared-reads';
import { Sql, type Statement } from '../database/sql';
import { WorkSignal } from '../database/work-signal';
import { CLAIMS } from './claim.statements';
import { movesTo } from './decision';
import { Precedence } from './precedence';
import { KEEP_ANSWER, KEPT_ANSWER } from './settle.statements';
import { answered, type Asked, type Settlement } from './settlement';
import type { Transaction } from './transaction.entity';
import { asClaim, asSaved, asSeen, asShown, asTransaction } from './transaction.rows';
import type { Claim, NewTransaction, Row, Saved, Seen, Shown, Written } from './transaction.rows';
import * as statements from './transaction.statements';
import { TransactionWrites } from './transaction.writes';

/** What a request may be a repetition of. */
export interface Known {
  by: 'key' | 'id' | 'paid_order' | 'open_order';
  row: Transaction;
}

/** An order's right to one counter, held by a payment whose row is gone. */
export interface OrphanedDoor {
  transactionId: string;
  /** That payment paid the order; otherwise it was open. */
  isPaid: boolean;
}

/** Getting no slot is no attempt: the row is due again within this time (contract, section 6). */
const DUE_AGAIN_MS = 1_000;

const KNOWN_BY = { 1: 'key', 2: 'id', 3: 'paid_order', 4: 'open_order' } as const;

/** Every statement about transactions and their doors. */
@Injectable()
export class TransactionStore {
  private readonly precedence = new Precedence();
  private readonly waking = new Map<string, Promise<void>>();
  private readonly shows = new SharedReads<Shown>({
    alone: (id) => this.showAlone(id),
    together: async (ids) =>
      new Map((await this.shown(statements.SHOW_MANY, ids)).map((row) => [row.transaction_id, row])),
  });

  constructor(
    private readonly sql: Sql,
    private readonly writes: TransactionWrites,
    private readonly signal: WorkSignal,
    private readonly config: Config,
  ) {}

  async find(transactionId: string): Promise<Seen | undefined> {
    return this.one(statements.FIND, transactionId);
  }

  /** What is shown of a payment. */
  async show(transactionId: string): Promise<Readonly<Shown> | undefined> {
    // Postgres refuses such a text, and with it the whole statement.
    return transactionId.includes('\0') ? this.showAlone(transactionId) : this.shows.read(transactionId);
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

  /** The door of an order, where the payment that holds it is gone. */
  async orphanedDoor(caller: string, reference: string): Promise<OrphanedDoor | undefined> {
    const [door] = await this.sql.rows<{ id: string; is_paid: boolean }>(statements.ORPHANED_DOOR, [caller, reference]);
    return door && { transactionId: door.id, isPaid: door.is_paid };
  }

  /**
   * Saves an order. @param firstCheckSeconds for a seamless order, which is never initiated by us
   * @returns nothing when the order's door, its id or its key is taken; with a door, a taken id or key may also throw a unique violation
   */
  async insert(transaction: NewTransaction, firstCheckSeconds: number | null): Promise<Saved | undefined> {
    const look = firstCheckSeconds === null && this.precedence.isUnclear(transaction.site_id);
    const saved = await this.writes.insert({ ...transaction, first_check: firstCheckSeconds }, look);
    if (!saved) return undefined;
    const { clock, older_wait: olderWait = false, ...times } = saved;
    if (look) this.precedence.note(transaction.site_id, olderWait);
    const row = asSaved(transaction, times, firstCheckSeconds === null);
    return { row, time: new DatabaseTime(clock), lease: row.lease_number, sentBefore: false, olderWait };
  }

  /**
   * Writes a decision. @returns the row as it stands, or undefined when it has changed since it was read or the lease is lost: then nothing was
   * written.
   */
  async settle(settlement: Settlement): Promise<Transaction | undefined> {
    const { row, decision } = settlement;
    if (decision.door === undefined || row.order_reference === null)
      return this.tell(settlement, await this.writes.settle(settlement));
    const settled = await this.sql.transaction(async (runner) => {
      await runner.rows(statements.LOCK_DOOR, [row.caller, row.order_reference]);
      const after = await this.writes.settleIn(runner, settlement);
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
    if (row.order_reference === null) return this.tell(settlement, await this.writes.settle(settlement));
    const settled = await this.sql.transaction(async (runner) => {
      const door = [row.caller, row.order_reference];
      const [locked] = await runner.rows<{ paid_transaction_id: string | null }>(statements.LOCK_DOOR, door);
      const paidBy = locked?.paid_transaction_id ?? null;
      settlement = decide(paidBy !== null && paidBy !== row.transaction_id);
      const after = await this.writes.settleIn(runner, settlement);
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
    await this.sql.rows(KEEP_ANSWER, oneRow(KEPT_ANSWER, { transaction_id: transactionId, ...answered(asked) }));
  }

  /** Takes at most `limit` pieces of due work of one site, and leaves what others hold. */
  async claim(kind: keyof typeof CLAIMS, site: string, limit: number): Promise<Claim[]> {
    const rows = await this.sql.rows<Row & { clock: Date; sent_before?: boolean }>(CLAIMS[kind], [site, limit]);
    return rows.map(asClaim);
  }

  /**
   * Takes one row for a check now; undefined when somebody works on it, it is accepted, it was asked about too often, or its site has left the
   * configuration.
   */
  async claimOne(transactionId: string): Promise<Claim | undefined> {
    const [row] = await this.sql.rows<Row & { clock: Date }>(statements.CLAIM_ONE, [transactionId, this.sites]);
    return row && asClaim(row);
  }

  /** @returns whether the lease is still ours */
  async renew(transactionId: string, lease: number): Promise<boolean> {
    return (await this.sql.rows(statements.RENEW, [transactionId, lease])).length > 0;
  }

  /**
   * Hands back what was claimed and not begun; it is due again after `retryInMs`, and never later than in a second: a pause may end early, and
   * while it lasts nothing of its site is claimed.
   */
  async release({ row, lease, sentBefore }: Claim, kind: 'initiation' | 'check', retryInMs: number): Promise<void> {
    const isInitiation = kind === 'initiation';
    if (isInitiation) this.precedence.note(row.site_id, true);
    const sent = isInitiation ? sentBefore : null;
    const dueInMs = Math.min(retryInMs, DUE_AGAIN_MS);
    await this.sql.rows(statements.RELEASE, [row.transaction_id, lease, sent, dueInMs, isInitiation]);
  }

  /** Asks for a check soon, if anybody can ask: its site may have left the configuration. */
  wake(transactionId: string): Promise<void> {
    // One that has not come back will be committed after this was asked. Anybody may ask, and a row that is held must not cost a connection each time.
    let waking = this.waking.get(transactionId);
    if (!waking) {
      waking = this.wakeOnce(transactionId).finally(() => this.waking.delete(transactionId));
      this.waking.set(transactionId, waking);
    }
    return waking;
  }

  private async wakeOnce(transactionId: string): Promise<void> {
    const woken = await this.sql.rows(statements.WAKE_ONE, [transactionId, this.sites]);
    if (woken.length > 0) this.signal.nudge('check');
  }

  /** How many orders wait for their initiation, counted up to `limit`. */
  async backlog(limit: number): Promise<number> {
    const [counted] = await this.sql.rows<{ waiting: number }>(statements.BACKLOG, [limit]);
    return counted!.waiting;
  }

  private get sites(): string[] {
    return this.config.sites.map((site) => site.site_id);
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

  private async showAlone(id: string): Promise<Shown | undefined> {
    return (await this.shown(statements.SHOW, id))[0];
  }

  private async shown(statement: Statement, asked: unknown): Promise<Shown[]> {
    const rows = await this.sql.rows<{ shown: Written<Shown> }>(statement, [asked]);
    return rows.map((row) => asShown(row.shown));
  }

  private async one(statement: Statement, value: string): Promise<Seen | undefined> {
    const [row] = await this.sql.rows<Row & { clock: Date }>(statement, [value]);
    return row && asSeen(row);
  }
}
