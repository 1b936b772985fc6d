import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsInt, IsOptional, IsString, Matches, Max, Min } from 'class-validator';
import { Length, MaxLength } from '../common/lengths';
import { CURRENCIES, MAX_AMOUNT, type Currency } from '../common/money';
import { IsInvoiceData, IsWebUrl } from '../payments/order.decorators';
import type { Channels } from '../payments/transaction.entity';

/** CinetPay publishes no limits; these keep a notification, which repeats the texts, within the 16 KB that are kept of it. */
const MAX_DESCRIPTION = 1000;
const MAX_METADATA = 4000;
const MAX_FIELD = 255;

const text = { message: 'must be a text' };
const atMost = (count: number): { message: string } => ({ message: `may have at most ${count} characters` });
const Text =
  (max = MAX_FIELD): PropertyDecorator =>
  (target, name) => {
    IsString(text)(target, name);
    MaxLength(max, atMost(max))(target, name);
  };

/** Who asks, and for which service. */
export class DropInCredentialsDto {
  /** A key of this gateway (`cpk_…`), in the place of CinetPay's. */
  @IsString(text)
  apikey!: string;
  /** Digits, as a number or a text. One of the gateway's own decides the site, any other leaves that to the currency. */
  @IsString(text)
  site_id!: string;
}

/** An order as CinetPay's clients send it. Fields that are not named here are ignored; null and empty ones count as absent. */
export class DropInPaymentDto extends DropInCredentialsDto {
  /** Your id of this try, 1 to 100 characters, unique for ever. Sent again with the same order, it gives the same link. */
  @IsString(text)
  @Length(1, 100, { message: 'takes 1 to 100 characters' })
  @Matches(/^\P{Cc}*$/u, { message: 'may not hold control characters' })
  // No address can end with it.
  @Matches(/[^.]/, { message: 'may not be made of dots alone' })
  transaction_id!: string;
  /** Whole currency units, as a number or as digits; a multiple of 5 unless the currency is USD. */
  @IsInt({ message: 'must be an integer' })
  @Min(1, { message: 'must be at least 1' })
  @Max(MAX_AMOUNT, { message: `may be at most ${MAX_AMOUNT}` })
  amount!: number;
  @IsIn(CURRENCIES, { message: `must be one of ${CURRENCIES.join(', ')}` })
  currency!: Currency;
  /** What the customer reads, at most 1000 characters. */
  @Text(MAX_DESCRIPTION)
  description!: string;
  /** Where notifications go: a GET, then CinetPay's form with its x-token. Left out, there are none. */
  @IsOptional()
  @IsWebUrl()
  notify_url?: string;
  /** Where the customer's browser is posted to in the end. Needed unless there is a device_id. */
  @IsOptional()
  @IsWebUrl()
  return_url?: string;
  /** Left out: ALL. Several of them, with commas, are ALL. */
  @ApiPropertyOptional({ enum: ['ALL', 'MOBILE_MONEY', 'CREDIT_CARD', 'WALLET'], default: 'ALL' })
  @IsOptional()
  @IsIn(['ALL', 'MOBILE_MONEY', 'CREDIT_CARD', 'WALLET'], {
    message: 'must be ALL, MOBILE_MONEY, CREDIT_CARD or WALLET',
  })
  channels?: Channels;
  /** In any case. Left out: fr. */
  @ApiPropertyOptional({ enum: ['fr', 'en'], default: 'fr' })
  @IsOptional()
  @IsIn(['fr', 'en'], { message: 'must be fr or en' })
  lang?: 'fr' | 'en';
  /** A text, at most 4000 characters; an object is kept as its JSON. */
  @IsOptional()
  @Text(MAX_METADATA)
  metadata?: string;
  /** Up to 3 lines on CinetPay's invoice. */
  @ApiPropertyOptional({ type: 'object', additionalProperties: { type: 'string' } })
  @IsOptional()
  @IsInvoiceData()
  invoice_data?: Record<string, string>;
  @IsOptional()
  @Text(10)
  alternative_currency?: string;
  @IsOptional()
  @Text()
  customer_id?: string;
  /** The LAST name (official page). */
  @IsOptional()
  @Text()
  customer_name?: string;
  /** The FIRST name (official page). */
  @IsOptional()
  @Text()
  customer_surname?: string;
  @IsOptional()
  @Text()
  customer_phone_number?: string;
  @IsOptional()
  @Text()
  customer_email?: string;
  @IsOptional()
  @Text()
  customer_address?: string;
  @IsOptional()
  @Text()
  customer_city?: string;
  /** ISO 3166-1 alpha-2. */
  @IsOptional()
  @Text()
  customer_country?: string;
  @IsOptional()
  @Text()
  customer_state?: string;
  @IsOptional()
  @Text()
  customer_zip_code?: string;
  /** Also as "True", "False", 1 or 0. */
  @IsOptional()
  @IsBoolean({ message: 'must be true or false' })
  lock_phone_number?: boolean;
  /** Of CinetPay's script, which shows the end in the shop's own page. */
  @IsOptional()
  @Text()
  device_id?: string;
}

/** Asks what became of a payment, by its transaction_id or else by its token. */
export class DropInCheckDto extends DropInCredentialsDto {
  @IsOptional()
  @IsString(text)
  transaction_id?: string;
  /** The payment_token of the initiation. */
  @IsOptional()
  @IsString(text)
  token?: string;
  /** The same under its other name. */
  @IsOptional()
  @IsString(text)
  payment_token?: string;
}

/** Under which device id the page of an order goes on: CinetPay's script says so each time it has lost its connection. */
export class DropInDeviceDto {
  /** The `device_id` that the order was sent with, or the one of the last move. */
  @Text()
  old_device_id!: string;
  @Text()
  new_device_id!: string;
}

/** A fault in CinetPay's words, for people and for CinetPay's clients. */
export class DropInFaultDto {
  /**
   * 608: a field is missing or cannot be, or the id has another order. 609: the apikey. 613: the site_id. 624: a fault of the gateway. 641, 642:
   * below or above the site's limits. 429: too many requests. 603: not now. CinetPay's own refusals keep their codes.
   * @example 608
   */
  code!: string;
  /** @example MINIMUM_REQUIRED_FIELDS */
  message!: string;
  /** @example amount must be an integer */
  description!: string;
  /** @example 1632143554.8513 */
  api_response_id!: string;
}

/** It was noted, where there is an open order of that device. */
export class DropInMovedDto {
  /** @example 202 */
  code!: string;
  /** @example ACCEPTED */
  message!: string;
  /** @example The device was attached */
  description!: string;
  /** @example 1632143554.8513 */
  api_response_id!: string;
}

export class DropInLinkDto {
  /** Asks for the payment in a check. */
  payment_token!: string;
  /** Where to send the customer. Works from now on, also while CinetPay is away. */
  payment_url!: string;
}

/** The order is saved and can be paid. */
export class DropInCreatedDto {
  /** @example 201 */
  code!: string;
  /** @example CREATED */
  message!: string;
  /** @example Transaction created with success */
  description!: string;
  data!: DropInLinkDto;
  /** @example 1632143554.8513 */
  api_response_id!: string;
}

export class DropInPaymentStateDto {
  /** A text, as in CinetPay's checks. */
  amount!: string;
  currency!: string;
  @ApiProperty({ enum: ['ACCEPTED', 'REFUSED', 'WAITING_FOR_CUSTOMER'] })
  status!: string;
  /** The operator's code; null until it is known. */
  @ApiProperty({ type: String, nullable: true })
  payment_method!: string | null;
  description!: string;
  /** As it was sent. */
  @ApiProperty({ type: String, nullable: true })
  metadata!: string | null;
  @ApiProperty({ type: String, nullable: true })
  operator_id!: string | null;
  /** `YYYY-MM-DD HH:mm:ss`, or a single space when it is not paid, as in CinetPay's checks. */
  payment_date!: string;
  @ApiProperty({ type: String, nullable: true })
  fund_availability_date!: string | null;
}

/** What became of a payment. */
export class DropInCheckedDto {
  /** 00: paid. 662: not yet, or not known. 600, 627 and CinetPay's others: it did not go through. */
  code!: string;
  /** @example SUCCES */
  message!: string;
  /** Why not, or not yet: there with every code but 00. */
  @ApiPropertyOptional()
  description?: string;
  data!: DropInPaymentStateDto;
  /** @example 1632143554.8513 */
  api_response_id!: string;
}
