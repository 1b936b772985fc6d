import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Currency } from '../common/money';
import type { Status } from './status';

/** The customer as the order names them, under our names (docs/cinetpay.md, names). */
export interface Customer {
  id?: string;
  first_name?: string;
  last_name?: string;
  phone_number?: string;
  email?: string;
  address?: string;
  city?: string;
  country?: string;
  state?: string;
  zip_code?: string;
}

/** What only an order that came through the drop-in API has. */
export interface DropInOrder {
  /** As the client sent it; given back in the form posted to it. */
  site_id: string;
  /** Absent: the client wants no notifications. */
  notify_url?: string;
  device_id?: string;
}

export type Channels = 'ALL' | 'MOBILE_MONEY' | 'CREDIT_CARD' | 'WALLET';
export type Initiation = 'send' | 'ask' | 'give_up';

// pg hands a bigint over as text; amounts stay far below 2^53.
const amount = { to: (value: number): number => value, from: (value: string): number => Number(value) };
const nullable = { nullable: true } as const;

/** One try at CinetPay under one id. The columns' meaning is written beside them in the first migration. */
@Entity({ name: 'transactions', synchronize: false })
export class Transaction {
  @PrimaryColumn('text') transaction_id!: string;
  @Column('text') caller!: string;
  @Column('text') origin!: 'api' | 'drop_in';
  @Column('text', nullable) idempotency_key!: string | null;
  @Column('text', nullable) order_reference!: string | null;
  @Column('text') site_id!: string;
  @Column('text') integration!: 'redirect' | 'seamless';
  @Column('bigint', { transformer: amount }) amount!: number;
  @Column('text') currency!: Currency;
  @Column('text') description!: string;
  @Column('text', nullable) return_url!: string | null;
  @Column('text') channels!: Channels;
  @Column('text') lang!: 'fr' | 'en';
  @Column('text', nullable) metadata!: string | null;
  @Column('jsonb', nullable) invoice_data!: Record<string, string> | null;
  @Column('text', nullable) alternative_currency!: string | null;
  @Column('jsonb', nullable) customer!: Customer | null;
  @Column('boolean') lock_phone_number!: boolean;
  @Column('boolean') card_available!: boolean;
  @Column('jsonb', nullable) drop_in!: DropInOrder | null;
  @Column('text', nullable) notify_endpoint_id!: string | null;
  @Column('text') wire_body!: string;
  @Column('text') checkout_token!: string;
  @Column('text') status!: Status;
  @Column('text', nullable) status_reason!: string | null;
  @Column('boolean') needs_review!: boolean;
  @Column('boolean') closed!: boolean;
  @Column('text', nullable) payment_url!: string | null;
  @Column('text', nullable) payment_token!: string | null;
  @Column('text', nullable) payment_method!: string | null;
  @Column('text', nullable) operator_id!: string | null;
  @Column('text', nullable) fund_availability_date!: string | null;
  @Column('timestamptz') created_at!: Date;
  @Column('timestamptz') updated_at!: Date;
  @Column('timestamptz', nullable) accepted_at!: Date | null;
  @Column('integer') revision!: number;
  @Column('integer') lease_number!: number;
  @Column('timestamptz', nullable) lease_until!: Date | null;
  @Column('integer') wake_number!: number;
  @Column('timestamptz', nullable) woken_at!: Date | null;
  @Column('timestamptz', nullable) wake_allowed_at!: Date | null;
  @Column('text', nullable) initiation!: Initiation | null;
  @Column('boolean') maybe_sent!: boolean;
  @Column('integer') initiation_attempts!: number;
  @Column('timestamptz', nullable) next_initiation_at!: Date | null;
  @Column('timestamptz', nullable) checks_from!: Date | null;
  @Column('integer') failed_checks!: number;
  @Column('timestamptz', nullable) next_check_at!: Date | null;
}
