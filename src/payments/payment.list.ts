import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository, type SelectQueryBuilder } from 'typeorm';
import { Problem } from '../common/problem';
import { MAX_PAGE, type PaymentQueryDto } from './payment.query.dto';
import { Transaction } from './transaction.entity';

/** Lists payments, newest first. */
@Injectable()
export class PaymentList {
  constructor(@InjectRepository(Transaction) private readonly transactions: Repository<Transaction>) {}

  /** @param caller whose payments; undefined for everybody's */
  async page(
    query: PaymentQueryDto,
    caller: string | undefined,
  ): Promise<{ rows: Transaction[]; next: string | null }> {
    const limit = query.limit ?? MAX_PAGE;
    const rows = await this.select(query, caller)
      .orderBy('t.created_at', 'DESC')
      .addOrderBy('t.transaction_id', 'DESC')
      .take(limit + 1)
      .getMany();
    const page = rows.slice(0, limit);
    return { rows: page, next: rows.length > limit ? cursorOf(page.at(-1)!) : null };
  }

  private select(query: PaymentQueryDto, caller: string | undefined): SelectQueryBuilder<Transaction> {
    const select = this.transactions.createQueryBuilder('t');
    if (caller !== undefined) select.andWhere('t.caller = :caller', { caller });
    for (const column of ['status', 'currency', 'order_reference', 'needs_review'] as const) {
      const value = query[column];
      if (value !== undefined) select.andWhere(`t.${column} = :${column}`, { [column]: value });
    }
    const { created_after: after, created_before: before, cursor } = query;
    if (after) select.andWhere('t.created_at >= :after', { after });
    if (before) select.andWhere('t.created_at < :before', { before });
    // Compared in Postgres: a date of JavaScript has lost the microseconds. With a foreign payment as cursor nothing is on the page.
    if (cursor !== undefined) {
      const own = caller === undefined ? '' : 'AND l.caller = :caller';
      const last = `(SELECT l.created_at, l.transaction_id FROM transactions l WHERE l.transaction_id = :last ${own})`;
      select.andWhere(`(t.created_at, t.transaction_id) < ${last}`, { last: readCursor(cursor) });
    }
    return select;
  }
}

function cursorOf({ transaction_id }: Transaction): string {
  return Buffer.from(transaction_id).toString('base64url');
}

function readCursor(cursor: string): string {
  const id = Buffer.from(cursor, 'base64url').toString('utf8');
  // A drop-in order's id may hold anything but control characters.
  if (/^\P{Cc}{1,100}$/u.test(id) && Buffer.from(id).toString('base64url') === cursor) return id;
  throw new Problem('validation_failed', 'Use next_cursor of the page before.', {
    errors: [{ pointer: '/cursor', code: 'format', detail: 'is no cursor of ours' }],
  });
}
