import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Transform, Type } from 'class-transformer';
import { IsBoolean, IsDate, IsIn, IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { Repository, type SelectQueryBuilder } from 'typeorm';
import { CURRENCIES, type Currency } from '../common/money';
import { Problem } from '../common/problem';
import { STATUSES, type Status } from './status';
import { Transaction } from './transaction.entity';

const MAX_PAGE = 100;

/** Which payments to list; everything is optional and narrows. */
export class PaymentQueryDto {
  @IsOptional()
  @IsIn(STATUSES)
  status?: Status;
  @IsOptional()
  @IsIn(CURRENCIES)
  currency?: Currency;
  @IsOptional()
  @IsString()
  @MaxLength(64)
  order_reference?: string;
  /** Created at or after this instant (ISO 8601). */
  @IsOptional()
  @Type(() => Date)
  @IsDate()
  created_after?: Date;
  /** Created before this instant (ISO 8601). */
  @IsOptional()
  @Type(() => Date)
  @IsDate()
  created_before?: Date;
  /** Only those that need a person, or only those that do not. */
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => (value === 'true' ? true : value === 'false' ? false : value))
  @IsBoolean()
  needs_review?: boolean;
  /** Payments on a page, 1 to 100. */
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(MAX_PAGE)
  limit?: number;
  /** `next_cursor` of the page before. */
  @IsOptional()
  @IsString()
  @MaxLength(200)
  cursor?: string;
}

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
    // Compared in Postgres: a date of JavaScript has lost the microseconds.
    if (cursor !== undefined) {
      const last = '(SELECT l.created_at, l.transaction_id FROM transactions l WHERE l.transaction_id = :last)';
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
  if (/^[\w.-]{1,100}$/.test(id)) return id;
  throw new Problem('validation_failed', 'Use next_cursor of the page before.', {
    errors: [{ pointer: '/cursor', code: 'format', detail: 'is no cursor of ours' }],
  });
}
