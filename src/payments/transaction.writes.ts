import { Injectable } from '@nestjs/common';
import { Config } from '../config/config';
import { manyRows, oneRow } from '../database/given';
import { Grouping } from '../database/grouping';
import { Sql, type Runner } from '../database/sql';
import { applied } from './decision';
import { INSERT, INSERT_MANY, INSERT_WITH_DOOR, INSERTED } from './insert.statements';
import { SETTLE, SETTLE_MANY, SETTLED } from './settle.statements';
import { settled, type Settlement } from './settlement';
import type { Transaction } from './transaction.entity';
import type { Inserted, NewTransaction } from './transaction.rows';

/** An order to be saved, with the seconds to its first check where we do not initiate it. */
type Insert = NewTransaction & { first_check: number | null };

interface Saving {
  order: Insert;
  look: boolean;
}

/** What a settlement changes of a row beyond what was decided. */
type Rest = Pick<Transaction, 'next_check_at' | 'wake_number'>;

/** A settlement and the row as it leaves it. */
interface Writing {
  settlement: Settlement;
  after: Transaction;
}

/** The two writes that every payment needs: the order, and what became of it. Those of many requests share statements and commits. */
@Injectable()
export class TransactionWrites {
  private readonly inserts = new Grouping<Saving, Inserted | undefined>({
    kind: 'write',
    keyOf: ({ order }) => order.transaction_id,
    alone: (saving) => this.insertAlone(saving),
    together: (savings) => this.insertMany(savings),
  });
  private readonly settlements = new Grouping<Writing, Rest | undefined>({
    kind: 'write',
    keyOf: ({ after }) => after.transaction_id,
    alone: (writing) => this.settleAlone(this.sql, writing),
    together: (writings) => this.settleMany(writings),
  });

  constructor(
    private readonly sql: Sql,
    private readonly config: Config,
  ) {}

  /** @param look whether to find out if older orders of its site wait. @returns nothing when its door, its id or its key is taken */
  insert(order: Insert, look: boolean): Promise<Inserted | undefined> {
    // A door may be held for as long as another process likes to hold it, and who waits for it would wait with a whole group.
    return order.order_reference === null ? this.inserts.run({ order, look }) : this.insertAlone({ order, look });
  }

  /** @returns the row as it stands; nothing when it has changed since the decision or the lease is lost: then nothing was written */
  async settle(settlement: Settlement): Promise<Transaction | undefined> {
    const after = afterwards(settlement);
    return asSettled(after, await this.settlements.run({ settlement, after }));
  }

  /** The same inside a transaction. */
  async settleIn(runner: Runner, settlement: Settlement): Promise<Transaction | undefined> {
    const after = afterwards(settlement);
    return asSettled(after, await this.settleAlone(runner, { settlement, after }));
  }

  private async insertAlone({ order, look }: Saving): Promise<Inserted | undefined> {
    const statements = order.order_reference === null ? INSERT : INSERT_WITH_DOOR;
    const [row] = await this.sql.rows<Inserted>(look ? statements.looking : statements.plain, oneRow(INSERTED, order));
    return row;
  }

  private async insertMany(savings: readonly Saving[]): Promise<Map<string, Inserted | undefined>> {
    // Replicas that are sent the same orders take their keys in the same order.
    const orders = savings.map(({ order }) => order).sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
    const statement = savings.some(({ look }) => look) ? INSERT_MANY.looking : INSERT_MANY.plain;
    const rows = await this.sql.rows<Inserted & { transaction_id: string }>(statement, manyRows(orders));
    const saved = new Map<string, Inserted | undefined>(orders.map((order) => [order.transaction_id, undefined]));
    for (const row of rows) saved.set(row.transaction_id, row);
    return saved;
  }

  private async settleAlone(runner: Runner, { settlement, after }: Writing): Promise<Rest | undefined> {
    const given = settled(settlement, after, this.config.publicUrl);
    const [row] = await runner.rows<Rest>(SETTLE, oneRow(SETTLED, given));
    return row;
  }

  private async settleMany(writings: readonly Writing[]): Promise<Map<string, Rest>> {
    const given = writings.map(({ settlement, after }) => settled(settlement, after, this.config.publicUrl));
    const rows = await this.sql.rows<Rest & { transaction_id: string }>(SETTLE_MANY, manyRows(given));
    return new Map(rows.map((row) => [row.transaction_id, row]));
  }
}

function asSettled(after: Transaction, rest: Rest | undefined): Transaction | undefined {
  return rest && { ...after, next_check_at: rest.next_check_at, wake_number: rest.wake_number };
}

function afterwards({ row, decision, now }: Settlement): Transaction {
  return applied(row, decision, now);
}

function keyOf({ idempotency_key, transaction_id }: Insert): string {
  return idempotency_key ?? transaction_id;
}
