import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, Max, Min } from 'class-validator';
import { MaxLength } from '../common/lengths';
import { IsInstant } from '../common/instants';

export const DELIVERY_STATUSES = ['pending', 'delivered', 'failed', 'cancelled'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** Which deliveries to list; everything is optional and narrows. */
export class DeliveryQueryDto {
  @IsOptional()
  @IsIn(DELIVERY_STATUSES)
  @ApiPropertyOptional({ enum: DELIVERY_STATUSES })
  status?: DeliveryStatus;
  @IsOptional()
  @IsString()
  @MaxLength(26)
  endpoint_id?: string;
  @IsOptional()
  @IsString()
  @MaxLength(26)
  event_id?: string;
  /** Deliveries of this payment's events. */
  @IsOptional()
  @IsString()
  @MaxLength(100)
  transaction_id?: string;
  /** Owed since this instant or later (ISO 8601). */
  @IsOptional()
  @IsInstant()
  created_after?: Date;
  /** Owed since before this instant (ISO 8601). */
  @IsOptional()
  @IsInstant()
  created_before?: Date;
  /** Deliveries on a page, 1 to 100. */
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(100)
  limit?: number;
  /** `next_cursor` of the page before. */
  @IsOptional()
  @IsString()
  @MaxLength(200)
  cursor?: string;
}

/** One HTTP try. */
export class AttemptDto {
  /** From 1 on; it goes on counting when a delivery is asked for again. */
  number!: number;
  at!: Date;
  /** null when there was no answer. */
  @ApiProperty({ type: Number, nullable: true })
  http_status!: number | null;
  duration_ms!: number;
  /** Why there is no success, where the status does not say it: timeout, connection_refused, address_refused, … */
  @ApiProperty({ type: String, nullable: true })
  error!: string | null;
  /** The first kilobyte of the answer. */
  @ApiProperty({ type: String, nullable: true })
  response!: string | null;
}

/** One event owed to one endpoint. */
export class DeliveryDto {
  id!: string;
  /** The event's id in the feed, and the `webhook-id` of every attempt. */
  event_id!: string;
  /** `webhook.test` for a test. */
  event_type!: string;
  endpoint_id!: string;
  /** Where the endpoint is now. */
  url!: string;
  /** failed: the schedule is used up. cancelled: its endpoint was disabled or deleted. */
  @ApiProperty({ enum: DELIVERY_STATUSES })
  status!: DeliveryStatus;
  /** null unless pending. */
  @ApiProperty({ type: Date, nullable: true })
  next_attempt_at!: Date | null;
  created_at!: Date;
  /** Oldest first. */
  @ApiProperty({ type: [AttemptDto] })
  attempts!: AttemptDto[];
}

export class DeliveryPageDto {
  data!: DeliveryDto[];
  /** The `cursor` of the next page, or null when this is the last. */
  @ApiProperty({ type: String, nullable: true })
  next_cursor!: string | null;
}
