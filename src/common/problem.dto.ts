import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { SafeToRetry } from './problem';

/** One fault of a request. */
export class FieldFaultDto {
  /** Where, as a JSON pointer (RFC 6901). */
  pointer!: string;
  @ApiProperty({
    enum: ['required', 'type', 'length', 'format', 'range', 'multiple_of_5', 'not_allowed', 'unknown_field'],
  })
  code!: string;
  /** For a person. */
  detail!: string;
}

/** What CinetPay said. */
export class CinetpayFaultDto {
  /** CinetPay's code, as text. */
  code!: string;
  message!: string;
  description!: string;
  /** CinetPay's own id of its answer, for its support. */
  api_response_id!: string | null;
}

/** Every answer that is no success (RFC 9457). */
export class ProblemDto {
  type!: string;
  title!: string;
  /** The HTTP status. */
  status!: number;
  /** What happened here and what to do about it. */
  detail!: string;
  instance!: string;
  /** What programs read. */
  code!: string;
  /** As in the header `Request-Id`; names the log line. */
  request_id!: string;
  /** Every fault of the request at once, at most 20. */
  @ApiPropertyOptional({ type: [FieldFaultDto] })
  errors?: FieldFaultDto[];
  /** How many more there are; left out when `errors` has them all. */
  errors_omitted?: number;
  /** The payment this is about. */
  transaction_id?: string;
  @ApiPropertyOptional({ type: CinetpayFaultDto })
  cinetpay?: CinetpayFaultDto;
  /** Send the same request again, change it first, or stop. */
  @ApiProperty({ enum: ['same_request', 'new_request', 'never'] })
  safe_to_retry!: SafeToRetry;
}
