import { CURRENCIES, type Currency } from '../common/money';
import { STATUSES, type Status } from './status';
import { ApiProperty } from '@nestjs/swagger';

/** A payment as its caller sees it. */
export class PaymentDto {
  /** The order's id at CinetPay and here: yours, or 26 upper-case letters and digits of ours. */
  transaction_id!: string;
  /**
   * created: saved, CinetPay is not known to have it. pending: CinetPay knows it. accepted: paid, by CinetPay's own check. refused: CinetPay says so.
   * rejected: no counter of it was ever handed out. expired: not paid in time. Only accepted is final: late evidence of a payment still counts.
   */
  @ApiProperty({ enum: STATUSES })
  status!: Status;
  /** CinetPay's "CODE MESSAGE", or one of our words: link_lost, not_initiated, reviewed. */
  status_reason!: string | null;
  /** CinetPay's word contradicts the order (another amount or currency), or the order was paid twice: a person has to look. */
  needs_review!: boolean;
  /** Whether its caller took it back: its checkout goes nowhere, a late payment still counts. */
  closed!: boolean;
  /** Whole currency units. */
  amount!: number;
  @ApiProperty({ enum: CURRENCIES })
  currency!: Currency;
  description!: string;
  /** Your order's number: at most one open or paid payment per caller and reference. */
  order_reference!: string | null;
  /** The CinetPay site that collects it. */
  site_id!: string;
  @ApiProperty({ enum: ['ALL', 'MOBILE_MONEY', 'CREDIT_CARD', 'WALLET'] })
  channels!: string;
  @ApiProperty({ enum: ['fr', 'en'] })
  lang!: string;
  /** Whether the counter can offer cards: the customer's block is complete and the channels include them. */
  card_available!: boolean;
  /** As you sent it. */
  metadata!: string | null;
  @ApiProperty({ enum: ['redirect', 'seamless'] })
  integration!: string;
  /** CinetPay's counter; null until there is one, and for seamless. */
  payment_url!: string | null;
  /** CinetPay's token of the counter. */
  payment_token!: string | null;
  /** Our page for the customer: works at once, waits for the counter, and shows the result. */
  checkout_url!: string;
  /** How the customer pays, in CinetPay's words (OM, MOMO, WAVECI, …). */
  payment_method!: string | null;
  /** The operator's number of the payment. */
  operator_id!: string | null;
  /** When CinetPay makes the money available, YYYY-MM-DD. */
  fund_availability_date!: string | null;
  /** When CinetPay is asked next; null when nothing is due. */
  next_check_at!: Date | null;
  created_at!: Date;
  updated_at!: Date;
  accepted_at!: Date | null;
}

/** One page of payments, newest first. */
export class PaymentPageDto {
  data!: PaymentDto[];
  /** Hand it back as `cursor` for the next page; null on the last. */
  next_cursor!: string | null;
}
