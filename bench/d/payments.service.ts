import { HttpService } from '@nestjs/axios';
import { Injectable, Logger, NotFoundException, UnauthorizedException } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { firstValueFrom } from 'rxjs';
import { IsNull, Not, Repository } from 'typeorm';
import { ORDER, SITE, tokenOf } from '../order';
import type { CreatePaymentDto } from './create-payment.dto';
import { History, Notification, PaymentEvent, Transaction } from './entities';

interface Created {
  data: { payment_url: string; payment_token: string };
}

interface Checked {
  code: string;
  data: { status: string; amount: string; currency: string };
}

const DAY_MS = 86_400_000;

/** One service that does everything through repositories, as the tutorials of Nest and TypeORM lead to. */
@Injectable()
export class PaymentsService {
  private readonly logger = new Logger(PaymentsService.name);
  private readonly cinetpay = process.env.CINETPAY_BASE_URL;

  constructor(
    @InjectRepository(Transaction) private readonly transactions: Repository<Transaction>,
    @InjectRepository(History) private readonly history: Repository<History>,
    @InjectRepository(PaymentEvent) private readonly events: Repository<PaymentEvent>,
    @InjectRepository(Notification) private readonly notifications: Repository<Notification>,
    private readonly http: HttpService,
  ) {}

  async create(dto: CreatePaymentDto): Promise<Transaction> {
    const transaction = await this.transactions.save(this.transactions.create(dto));
    this.logger.log(`Transaction ${transaction.transaction_id} saved`);
    const { data } = await firstValueFrom(this.http.post<Created>(`${this.cinetpay}/v2/payment`, bodyOf(transaction)));
    transaction.payment_url = data.data.payment_url;
    transaction.payment_token = data.data.payment_token;
    transaction.next_check_at = new Date(Date.now() + DAY_MS);
    await this.move(transaction, 'pending');
    this.logger.log(`Payment ${transaction.transaction_id} created`);
    return transaction;
  }

  async findOne(transaction_id: string): Promise<Transaction> {
    const transaction = await this.transactions.findOneBy({ transaction_id });
    if (!transaction) throw new NotFoundException();
    this.logger.log(`Payment ${transaction_id} read`);
    return transaction;
  }

  async notify(form: Record<string, string>, x_token: string): Promise<void> {
    if (tokenOf((name) => form[name] ?? '') !== x_token) throw new UnauthorizedException();
    const transaction = await this.findOne(form.cpm_trans_id ?? '');
    const { transaction_id } = transaction;
    await this.notifications.save(this.notifications.create({ transaction_id, x_token, body: form }));
    transaction.next_check_at = new Date();
    await this.transactions.save(transaction);
    this.logger.log(`Notification for ${transaction_id} received`);
  }

  /** What a `@Cron` method would do: asks about each unresolved payment, one after the other. @returns how many */
  async reconcile(take: number): Promise<number> {
    const due = await this.transactions.find({
      where: { status: 'pending', next_check_at: Not(IsNull()) },
      order: { next_check_at: 'ASC' },
      take,
    });
    for (const transaction of due) await this.check(transaction);
    return due.length;
  }

  private async check(transaction: Transaction): Promise<void> {
    const { apikey, site_id } = SITE;
    const { transaction_id } = transaction;
    const question = { apikey, site_id, transaction_id };
    const { data } = await firstValueFrom(this.http.post<Checked>(`${this.cinetpay}/v2/payment/check`, question));
    const { status, amount, currency } = data.data;
    if (status !== 'ACCEPTED' || Number(amount) !== transaction.amount || currency !== transaction.currency) return;
    transaction.next_check_at = null;
    await this.move(transaction, 'accepted');
    this.logger.log(`Payment ${transaction_id} accepted`);
  }

  private async move(transaction: Transaction, to_status: string): Promise<void> {
    const { transaction_id, status: from_status } = transaction;
    transaction.status = to_status;
    await this.transactions.save(transaction);
    await this.history.save(this.history.create({ transaction_id, from_status, to_status }));
    await this.events.save(this.events.create({ type: `payment.${to_status}`, transaction_id, data: transaction }));
  }
}

function bodyOf({
  transaction_id,
  amount,
  currency,
  description,
  return_url,
  metadata,
  customer,
}: Transaction): object {
  const person = Object.entries(customer ?? {}).map(([name, value]): [string, unknown] => [`customer_${name}`, value]);
  const { apikey, site_id } = SITE;
  const notify_url = 'http://127.0.0.1/cinetpay/notify';
  const order = { transaction_id, amount, currency, description, return_url, metadata, channels: ORDER.channels };
  return { apikey, site_id, notify_url, ...order, ...Object.fromEntries(person) };
}
