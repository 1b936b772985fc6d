import { Injectable } from '@nestjs/common';
import type { Caller } from '../auth/caller';
import type { Problem } from '../common/problem';
import { refusal } from '../common/validation';
import { PaymentQuestions } from '../payments/payment.questions';
import { isUnresolved } from '../payments/status';
import type { Transaction } from '../payments/transaction.entity';
import { TransactionStore } from '../payments/transaction.store';
import { checkAnswer } from './check.answer';
import { CheckEvidence } from './check.evidence';
import { DropInCheckDto } from './drop-in.dto';
import { readFields } from './drop-in.order';
import type { Envelope } from './envelope';

const CHECK_FIELDS = new Set(['apikey', 'site_id', 'transaction_id', 'token', 'payment_token']);
/** What a token of ours can look like (common/ids.ts makes them). */
const TOKEN = /^[\w-]{1,100}$/;

/** Answers what became of a payment, from CinetPay's word where that is not older than a moment. */
@Injectable()
export class DropInChecks {
  constructor(
    private readonly store: TransactionStore,
    private readonly questions: PaymentQuestions,
    private readonly evidence: CheckEvidence,
  ) {}

  /** @throws Problem also for a payment of another caller: nothing tells it from one that does not exist */
  async check(body: unknown, caller: Caller, requestId: string): Promise<Envelope> {
    const request = readFields(DropInCheckDto, body, CHECK_FIELDS);
    const found = await this.find(request);
    if (found?.caller !== caller.name) throw unknown(nameOf(request));
    const row = await this.asked(found, requestId);
    return checkAnswer(row, isUnresolved(row.status) ? undefined : await this.evidence.decisive(row));
  }

  private async find(request: DropInCheckDto): Promise<Transaction | undefined> {
    const { transaction_id, token = request.payment_token } = request;
    if (transaction_id === undefined && token === undefined)
      throw refusal([{ pointer: '/transaction_id', code: 'required', detail: 'or token is required' }]);
    const seen = transaction_id === undefined ? undefined : await this.store.find(transaction_id);
    // A published client sends what it is given under both names: then it may be either. A token beside another id is not looked at.
    const isToken = transaction_id === undefined || (seen === undefined && token === transaction_id);
    if (!isToken) return seen?.row;
    return TOKEN.test(token!) ? (await this.store.findByToken(token!))?.row : undefined;
  }

  private async asked(row: Transaction, requestId: string): Promise<Transaction> {
    if (!isUnresolved(row.status) || (await this.evidence.isFresh(row.transaction_id))) return row;
    return (await this.questions.verify(row, requestId)).row;
  }
}

function nameOf({ transaction_id, token }: DropInCheckDto): string {
  if (transaction_id !== undefined) return '/transaction_id';
  return token !== undefined ? '/token' : '/payment_token';
}

function unknown(pointer: string): Problem {
  return refusal([{ pointer, code: 'not_allowed', detail: 'names no transaction' }]);
}
