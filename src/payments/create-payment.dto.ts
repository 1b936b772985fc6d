import { ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  IsBoolean,
  IsEmail,
  IsIn,
  IsInt,
  IsISO31661Alpha2,
  IsObject,
  IsOptional,
  IsString,
  Matches,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { Length, MaxLength } from '../common/lengths';
import { CURRENCIES, MAX_AMOUNT, type Currency } from '../common/money';
import { IsInvoiceData, IsWebUrl } from './order.decorators';
import { INVISIBLE_REFUSED, VISIBLE } from './order-reference';
import type { Channels } from './transaction.entity';

/** Longest value of a customer's field (our choice: CinetPay publishes none). */
const MAX_FIELD = 255;

/** Who pays. With all of it but `id` and `state` the counter also offers cards (official page); half of it is not sent on. */
export class CustomerDto {
  /** Your own number of the customer. */
  @IsOptional()
  @IsString()
  @MaxLength(MAX_FIELD)
  id?: string;
  @IsOptional()
  @IsString()
  @MaxLength(MAX_FIELD)
  first_name?: string;
  @IsOptional()
  @IsString()
  @MaxLength(MAX_FIELD)
  last_name?: string;
  /** With the country's prefix. Any way of writing it is taken; `lock_phone_number` needs a number that can be called, with `+`, `00` or neither. */
  @IsOptional()
  @IsString()
  @MaxLength(MAX_FIELD)
  phone_number?: string;
  @IsOptional()
  @IsString()
  @IsEmail()
  @MaxLength(MAX_FIELD)
  email?: string;
  @IsOptional()
  @IsString()
  @MaxLength(MAX_FIELD)
  address?: string;
  @IsOptional()
  @IsString()
  @MaxLength(MAX_FIELD)
  city?: string;
  /** ISO 3166-1 alpha-2, in any case. */
  @IsOptional()
  @IsString()
  @IsISO31661Alpha2()
  country?: string;
  /** Needed for cards in the United States and Canada only. */
  @IsOptional()
  @IsString()
  @MaxLength(MAX_FIELD)
  state?: string;
  /** 1 to 10 characters: the official page says 5 and shows 6. */
  @IsOptional()
  @IsString()
  @Length(1, 10)
  zip_code?: string;
}

/** An order to be paid through CinetPay. Empty strings in optional fields count as absent; unknown fields are refused. */
export class CreatePaymentDto {
  /**
   * Whole currency units, 1 to 999,999,999; a multiple of 5 unless the currency is USD (official page); within the site's limits.
   * @example 2500
   */
  @IsInt()
  @Min(1)
  @Max(MAX_AMOUNT)
  amount!: number;
  /**
   * The currency of a configured site.
   * @example XOF
   */
  @IsIn(CURRENCIES)
  currency!: Currency;
  /**
   * What the customer reads, 1 to 255 characters. CinetPay does not take `# / $ _ &`: they reach it as spaces, and cannot be all there is.
   * @example Order 1234
   */
  @IsString()
  @Length(1, 255)
  description!: string;
  /**
   * Where the customer's browser goes in the end, with `transaction_id` added. http(s), at most 2048 bytes. Optional for seamless.
   * @example https://shop.example/thanks
   */
  @IsOptional()
  @IsWebUrl()
  return_url?: string;
  /** Your own id of this try: 1 to 64 letters, digits, `-` and `.`, not dots alone; unique for ever. Left out, we make one. */
  @IsOptional()
  @IsString()
  @Matches(/^(?!\.+$)[A-Za-z0-9.-]{1,64}$/, {
    message: 'takes 1 to 64 letters, digits, "-" and ".", and not dots alone',
  })
  transaction_id?: string;
  /**
   * Your order's number, at most 64 characters. An order has at most one open or paid payment. Spaces around it do not count and it is kept in
   * Unicode's form NFC, so that one number is one order however it was typed; control and invisible characters are refused.
   */
  @IsOptional()
  @IsString()
  @MaxLength(64)
  @Matches(VISIBLE, INVISIBLE_REFUSED)
  order_reference?: string;
  /** What the counter offers. Left out: ALL. CREDIT_CARD needs the whole customer. */
  @ApiPropertyOptional({ enum: ['ALL', 'MOBILE_MONEY', 'CREDIT_CARD', 'WALLET'], default: 'ALL' })
  @IsOptional()
  @IsIn(['ALL', 'MOBILE_MONEY', 'CREDIT_CARD', 'WALLET'])
  channels?: Channels;
  /** The counter's and our pages' language, in any case. Left out: fr. */
  @ApiPropertyOptional({ enum: ['fr', 'en'], default: 'fr' })
  @IsOptional()
  @IsIn(['fr', 'en'])
  lang?: 'fr' | 'en';
  /** Any text of yours, at most 1000 characters; you get it back as it was. CinetPay gets base64 when it holds more than plain words. */
  @IsOptional()
  @IsString()
  @MaxLength(1000)
  metadata?: string;
  /** Up to 3 lines on CinetPay's invoice: names of at most 50 characters, values of at most 100. */
  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: { type: 'string' },
    example: { 'Reste à payer': '25 000fr' },
  })
  @IsOptional()
  @IsInvoiceData()
  invoice_data?: Record<string, string>;
  /** A currency for display, as CinetPay's own samples send it; it is passed on. */
  @IsOptional()
  @IsString()
  @MaxLength(10)
  alternative_currency?: string;
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => CustomerDto)
  customer?: CustomerDto;
  /** The customer may only validate the number in `customer.phone_number`: prefix and number, digits (official page). */
  @IsOptional()
  @IsBoolean()
  lock_phone_number?: boolean;
  /** Which CinetPay site collects it. Left out, the currency decides. */
  @IsOptional()
  @IsString()
  @Matches(/^\d{1,20}$/)
  site_id?: string;
  /** redirect: you get a link. seamless: CinetPay's script opens the counter in a page; only where the site allows it. Left out: redirect. */
  @ApiPropertyOptional({ enum: ['redirect', 'seamless'], default: 'redirect' })
  @IsOptional()
  @IsIn(['redirect', 'seamless'])
  integration?: 'redirect' | 'seamless';
}
