import { ApiProperty } from '@nestjs/swagger';
import { CUSTOMER_STATUSES, type CustomerStatus } from './customer-status';

/** What a customer's browser is told. */
export class CustomerStatusDto {
  /** PENDING: not known to be paid, also when time is over. ACCEPTED: paid. REFUSED, CANCELLED: it did not go through; a late payment still counts. */
  @ApiProperty({ enum: CUSTOMER_STATUSES })
  status!: CustomerStatus;
}
