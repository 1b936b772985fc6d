import { ApiProperty } from '@nestjs/swagger';

const KINDS = ['move', 'initiation', 'notification', 'check', 'delivery', 'review'] as const;

/** One thing that happened to a payment. */
export class HistoryEntryDto {
  at!: Date;
  /** initiation, check: CinetPay was asked. notification: CinetPay wrote. move: another state. delivery: a webhook's try. review: a person decided. */
  @ApiProperty({ enum: KINDS })
  kind!: (typeof KINDS)[number];
  /** The state before, of a move or review. */
  from?: string;
  /** The state after. */
  to?: string;
  /** What made it move: initiation, check, review. */
  cause?: string;
  /** What it rests on: CinetPay's answer without credentials and customer data, the review's note, the try's result. */
  @ApiProperty({ type: 'object', additionalProperties: true })
  evidence!: Record<string, unknown>;
}

/**
 * A payment's story, oldest first: every move and review with the answer that it rests on, the newest 500 other answers of CinetPay, the newest 200
 * notifications and the newest 300 tries of webhooks.
 */
export class HistoryDto {
  data!: HistoryEntryDto[];
}
