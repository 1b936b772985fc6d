import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Max,
  Min,
  ValidateIf,
} from 'class-validator';
import { Length, MaxLength } from '../common/lengths';
import { IsInstant } from '../common/instants';
import { EVENT_TYPES, type EventType } from '../events/event';

// In a change, null is a value for events alone.
const WhenSent = (): PropertyDecorator => ValidateIf((_, value) => value !== undefined);

/** Where events shall go. */
export class CreateEndpointDto {
  /**
   * An http(s) URL that the internet can reach, or one that `WEBHOOK_ALLOW_PRIVATE` allows. At most 2048 characters.
   * @example https://shop.example/webhooks
   */
  @IsString()
  @Length(1, 2048)
  url!: string;
  /** Only these kinds of events; left out, all of them. */
  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(EVENT_TYPES.length)
  @IsIn(EVENT_TYPES, { each: true })
  @ApiPropertyOptional({ enum: EVENT_TYPES, isArray: true })
  events?: EventType[];
  /** For people. At most 255 characters. */
  @IsOptional()
  @IsString()
  @MaxLength(255)
  description?: string;
}

/** What shall be different; what is left out stays. */
export class ChangeEndpointDto {
  /** Also where deliveries go from now on that are still owed. */
  @WhenSent()
  @IsString()
  @Length(1, 2048)
  url?: string;
  /** null: all kinds again. */
  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(EVENT_TYPES.length)
  @IsIn(EVENT_TYPES, { each: true })
  @ApiPropertyOptional({ enum: EVENT_TYPES, isArray: true, nullable: true })
  events?: EventType[] | null;
  @WhenSent()
  @IsString()
  @MaxLength(255)
  description?: string;
  /** false cancels the deliveries that are still owed; after true, a replay brings what was missed. */
  @WhenSent()
  @IsBoolean()
  enabled?: boolean;
}

/** Whose page, and how long. */
export class EndpointQueryDto {
  /** Endpoints on a page, 1 to 100. */
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

/** Which events to deliver again. */
export class ReplayDto {
  /** From this instant on (ISO 8601), by the event's `created_at`. */
  @IsInstant()
  since!: Date;
  /** Before this instant (ISO 8601); left out, up to now. */
  @IsOptional()
  @IsInstant()
  until?: Date;
}

/** A place that events are delivered to. */
export class EndpointDto {
  id!: string;
  url!: string;
  /** null: all kinds. */
  @ApiProperty({ enum: EVENT_TYPES, isArray: true, nullable: true })
  events!: EventType[] | null;
  description!: string;
  /** A disabled endpoint gets nothing, and nothing is kept for it; a replay brings it later. */
  enabled!: boolean;
  /** `gone`: it answered 410. `disabled`: its owner said so. null while it is enabled. */
  @ApiProperty({ enum: ['gone', 'disabled'], nullable: true })
  disabled_reason!: string | null;
  created_at!: Date;
}

export class NewEndpointDto extends EndpointDto {
  /** Verifies deliveries (Standard Webhooks). Shown here and by rotate-secret, nowhere else. */
  secret!: string;
}

export class EndpointPageDto {
  data!: EndpointDto[];
  /** The `cursor` of the next page, or null when this is the last. */
  @ApiProperty({ type: String, nullable: true })
  next_cursor!: string | null;
}

export class RotatedSecretDto {
  secret!: string;
  /** Until then deliveries carry a signature of the former secret as well. */
  previous_valid_until!: Date;
}

export class ReplayedDto {
  /** Deliveries that are under way again, or for the first time. */
  deliveries!: number;
}
