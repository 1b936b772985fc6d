import { Body, Controller, Get, Headers, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiHeader, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CurrentCaller, NeedsScope, seesAll, type Caller } from '../auth/caller';
import { Problem } from '../common/problem';
import { BodyPipe, QueryPipe } from '../common/validation.pipe';
import { Config } from '../config/config';
import { PaymentCare } from './care';
import { CreatePaymentDto } from './create-payment.dto';
import { OrderPipe, PlacedBody, type Order } from './order.pipe';
import { ORDER_EXAMPLES } from './order.examples';
import { PaymentDto, PaymentPageDto } from './payment.dto';
import { paymentJson, type ShownTransaction } from './payment.json';
import { PaymentList } from './payment.list';
import { PaymentQueryDto } from './payment.query.dto';
import { PaymentQuestions } from './payment.questions';
import { PaymentService, type Initiated } from './payment.service';
import { Rejections } from './rejections';
import { ReviewDto } from './review.dto';

/** Our choice: when a payment that is still `created` is worth asking for again. */
const CREATED_RETRY_SECONDS = 2;

@ApiTags('payments')
@ApiBearerAuth('key')
@Controller('v1/payments')
export class PaymentsController {
  constructor(
    private readonly payments: PaymentService,
    private readonly questions: PaymentQuestions,
    private readonly care: PaymentCare,
    private readonly list: PaymentList,
    private readonly rejections: Rejections,
    private readonly config: Config,
  ) {}

  /**
   * Starts a payment.
   *
   * Saves the order, asks CinetPay for a counter and answers with its link. An order with a transaction_id, an order_reference or an
   * Idempotency-Key can be sent again safely: it never opens a second counter. Without any of the three, each request is a new order.
   */
  @Post()
  @ApiBody({ type: CreatePaymentDto, examples: ORDER_EXAMPLES })
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'Makes repeating this request safe. 1 to 255 characters.',
  })
  @ApiResponse({ status: 201, type: PaymentDto, description: 'Saved, and CinetPay has a counter for it.' })
  @ApiResponse({ status: 200, type: PaymentDto, description: 'The same order again: the payment as it is now.' })
  @ApiResponse({
    status: 202,
    type: PaymentDto,
    description: 'Saved; CinetPay has given no clear answer yet and is asked again.',
  })
  async create(
    @PlacedBody(OrderPipe) order: Order,
    @Headers('idempotency-key') key: string | undefined,
    @CurrentCaller() caller: Caller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PaymentDto> {
    const origin = { caller: caller.name, key: checkedKey(key), requestId: request.id };
    const initiated = await this.payments.initiate(order, origin);
    const { row, isRepetition } = initiated;
    if (row.status === 'rejected') throw await this.rejections.problemOf(row);
    if (isRepetition) void reply.header('Idempotent-Replayed', 'true');
    const status = statusOf(initiated);
    if (status === 202) void reply.header('Retry-After', String(CREATED_RETRY_SECONDS));
    void reply.code(status).header('Location', `/v1/payments/${row.transaction_id}`);
    return this.json(row);
  }

  /** Lists payments, newest first. */
  @Get()
  @ApiResponse({ status: 200, type: PaymentPageDto })
  async all(
    @Query(QueryPipe(PaymentQueryDto)) query: PaymentQueryDto,
    @CurrentCaller() caller: Caller,
  ): Promise<PaymentPageDto> {
    const { rows, next } = await this.list.page(query, seesAll(caller) ? undefined : caller.name);
    return { data: rows.map((row) => this.json(row)), next_cursor: next };
  }

  /** One payment as it is; asks nobody. */
  @Get(':id')
  @ApiResponse({ status: 200, type: PaymentDto })
  async one(@Param('id') id: string, @CurrentCaller() caller: Caller): Promise<PaymentDto> {
    return this.json(await this.questions.show(id, caller));
  }

  /** Asks CinetPay now, inside the budget and never twice at once. 202: somebody is asking already, or may soon. */
  @Post(':id/verify')
  @HttpCode(200)
  @ApiResponse({ status: 200, type: PaymentDto })
  @ApiResponse({ status: 202, type: PaymentDto })
  async verify(
    @Param('id') id: string,
    @CurrentCaller() caller: Caller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PaymentDto> {
    const { row, isAnswered } = await this.questions.verify(await this.questions.find(id, caller), request.id);
    if (!isAnswered) void reply.code(202).header('Retry-After', String(CREATED_RETRY_SECONDS));
    return this.json(row);
  }

  /** Takes the order back: its door opens, its checkout goes nowhere; a late payment still counts. */
  @Post(':id/close')
  @HttpCode(200)
  @ApiResponse({ status: 200, type: PaymentDto })
  async close(@Param('id') id: string, @CurrentCaller() caller: Caller): Promise<PaymentDto> {
    return this.json(await this.care.close(await this.questions.find(id, caller)));
  }

  /** Resolves a payment that needs review. Never accepts by hand. */
  @Post(':id/review')
  @NeedsScope('admin')
  @HttpCode(200)
  @ApiResponse({ status: 200, type: PaymentDto })
  async review(
    @Param('id') id: string,
    @Body(BodyPipe(ReviewDto)) { resolution, note }: ReviewDto,
    @CurrentCaller() caller: Caller,
  ): Promise<PaymentDto> {
    const row = await this.questions.find(id, caller);
    return this.json(await this.care.review(row, { resolution, note, by: caller.name }));
  }

  private json(row: ShownTransaction): PaymentDto {
    return paymentJson(row, this.config.publicUrl);
  }
}

function statusOf({ row, isRepetition }: Initiated): 200 | 201 | 202 {
  if (row.status === 'created' && row.integration === 'redirect') return 202;
  return isRepetition ? 200 : 201;
}

function checkedKey(key: string | undefined): string | null {
  if (key === undefined) return null;
  if (key.length >= 1 && key.length <= 255) return key;
  throw new Problem('validation_failed', 'Nothing was saved or sent; mend what errors names.', {
    errors: [
      { pointer: '/Idempotency-Key', code: 'length', detail: 'the Idempotency-Key header takes 1 to 255 characters' },
    ],
  });
}
