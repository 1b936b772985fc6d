import { Transform, Type } from 'class-transformer';
import { IsBoolean, IsIn, IsInt, IsOptional, IsString, Max, Min } from 'class-validator';
import { MaxLength } from '../common/lengths';
import { IsInstant } from '../common/instants';
import { CURRENCIES, type Currency } from '../common/money';
import { normalReference } from './order-reference';
import { STATUSES, type Status } from './status';

/** Payments on one page. */
export const MAX_PAGE = 100;

/** Which payments to list; everything is optional and narrows. */
export class PaymentQueryDto {
  @IsOptional()
  @IsIn(STATUSES)
  status?: Status;
  @IsOptional()
  @IsIn(CURRENCIES)
  currency?: Currency;
  /** As orders keep it: spaces around it do not count. */
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => normalReference(value))
  @IsString()
  @MaxLength(64)
  order_reference?: string;
  /** Created at or after this instant (ISO 8601). */
  @IsOptional()
  @IsInstant()
  created_after?: Date;
  /** Created before this instant (ISO 8601). */
  @IsOptional()
  @IsInstant()
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
  @MaxLength(600)
  cursor?: string;
}
