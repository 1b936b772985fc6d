import { Column, CreateDateColumn, Entity, PrimaryGeneratedColumn, UpdateDateColumn } from 'typeorm';

@Entity('transactions')
export class Transaction {
  @PrimaryGeneratedColumn('uuid')
  transaction_id!: string;
  @Column('int')
  amount!: number;
  @Column()
  currency!: string;
  @Column()
  description!: string;
  @Column()
  return_url!: string;
  @Column({ default: 'ALL' })
  channels!: string;
  @Column({ default: 'fr' })
  lang!: string;
  @Column('varchar', { nullable: true })
  metadata!: string | null;
  @Column('jsonb', { nullable: true })
  customer!: object | null;
  @Column({ default: '' })
  site_id!: string;
  @Column('varchar', { nullable: true })
  order_reference!: string | null;
  @Column({ default: 'redirect' })
  integration!: string;
  @Column({ default: true })
  card_available!: boolean;
  @Column({ default: 'created' })
  status!: string;
  @Column('varchar', { nullable: true })
  status_reason!: string | null;
  @Column({ default: false })
  needs_review!: boolean;
  @Column({ default: false })
  closed!: boolean;
  @Column('varchar', { nullable: true })
  payment_url!: string | null;
  @Column('varchar', { nullable: true })
  payment_token!: string | null;
  @Column('varchar', { nullable: true })
  checkout_url!: string | null;
  @Column('varchar', { nullable: true })
  payment_method!: string | null;
  @Column('varchar', { nullable: true })
  operator_id!: string | null;
  @Column('varchar', { nullable: true })
  fund_availability_date!: string | null;
  @Column('timestamptz', { nullable: true })
  accepted_at!: Date | null;
  @Column('timestamptz', { nullable: true })
  next_check_at!: Date | null;
  @CreateDateColumn({ type: 'timestamptz' })
  created_at!: Date;
  @UpdateDateColumn({ type: 'timestamptz' })
  updated_at!: Date;
}

@Entity('history')
export class History {
  @PrimaryGeneratedColumn()
  id!: number;
  @Column()
  transaction_id!: string;
  @Column()
  from_status!: string;
  @Column()
  to_status!: string;
  @CreateDateColumn({ type: 'timestamptz' })
  at!: Date;
}

@Entity('events')
export class PaymentEvent {
  @PrimaryGeneratedColumn('uuid')
  id!: string;
  @Column()
  type!: string;
  @Column()
  transaction_id!: string;
  @Column('jsonb')
  data!: object;
  @CreateDateColumn({ type: 'timestamptz' })
  created_at!: Date;
}

@Entity('notifications')
export class Notification {
  @PrimaryGeneratedColumn()
  id!: number;
  @Column()
  transaction_id!: string;
  @Column()
  x_token!: string;
  @Column('jsonb')
  body!: object;
  @CreateDateColumn({ type: 'timestamptz' })
  received_at!: Date;
}
