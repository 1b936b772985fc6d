import { Transform } from 'class-transformer';
import { IsIn, IsInt, IsOptional, Max, Min } from 'class-validator';
import { EVENT_TYPES, type EventType } from './event';

// A query holds text: digits become a number, nothing at all stays absent, the rest is left for the rule to refuse.
const wholeNumber = ({ value }: { value: unknown }): unknown => {
  if (value === '') return undefined;
  return typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value;
};

export class FeedQuery {
  /** The last position you have seen; left out, the feed starts at its oldest event. */
  @IsOptional()
  @Transform(wholeNumber)
  @IsInt()
  @Min(0)
  after?: number;

  /** Events on one page; 100 when left out. */
  @IsOptional()
  @Transform(wholeNumber)
  @IsInt()
  @Min(1)
  @Max(100)
  limit?: number;
}

/** One thing that happened to a payment, as deliveries carry it too. */
export class EventView {
  /** The same in the feed, in every attempt of every delivery (`webhook-id`) and after a replay. */
  id!: string;
  /** The event's place in the feed: it grows, and a caller's own positions have gaps. */
  position!: number;
  @IsIn(EVENT_TYPES)
  type!: EventType;
  /** ISO 8601, UTC. */
  created_at!: string;
  /** The payment as it was right after the event, as `GET /v1/payments/{id}` shows it. */
  data!: { payment: Record<string, unknown> };
}

export class EventPage {
  data!: EventView[];
  /** The `after` of the next page, or null when this is the last one for now. */
  next_cursor!: string | null;
}
