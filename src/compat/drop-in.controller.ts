import { Body, Controller, HttpCode, Post, Req } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiResponse, ApiSecurity, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { CurrentCaller, NeedsScope, type Caller } from '../auth/caller';
import { KeyIn } from '../auth/key-place';
import { DropInCheckDto, DropInCheckedDto, DropInCreatedDto, DropInFaultDto, DropInPaymentDto } from './drop-in.dto';
import { DropInChecks } from './drop-in.checks';
import { DROP_IN_ORDERS, DROP_IN_QUESTIONS } from './drop-in.examples';
import { DropInPayments } from './drop-in.payments';
import type { Envelope } from './envelope';
import { keyOf } from './key';

/** Content types that are read. */
export const BODIES = ['application/json', 'application/x-www-form-urlencoded', 'multipart/form-data'];

/** CinetPay's own contract (Checkout API v2), for clients that were written for it: docs/drop-in.md. */
@ApiTags('drop-in')
@ApiSecurity({})
@NeedsScope('drop_in')
@KeyIn(keyOf)
@Controller('v2/payment')
@ApiConsumes(...BODIES)
@ApiResponse({
  status: 'default',
  type: DropInFaultDto,
  description: 'Why not. HTTP 400 (200 by DROP_IN_ERROR_STATUS or the key), or 429 or 503 where it is that.',
})
export class DropInController {
  constructor(
    private readonly payments: DropInPayments,
    private readonly checks: DropInChecks,
  ) {}

  /** Starts a payment, as CinetPay's `POST /v2/payment` does. The key is in the body. */
  @Post()
  @HttpCode(200)
  @ApiBody({ type: DropInPaymentDto, examples: DROP_IN_ORDERS })
  @ApiResponse({ status: 200, type: DropInCreatedDto })
  initiate(@Body() body: unknown, @CurrentCaller() caller: Caller, @Req() request: FastifyRequest): Promise<Envelope> {
    return this.payments.initiate(body, caller, request.id);
  }

  /** Says what became of a payment, as CinetPay's `POST /v2/payment/check` does. Asks CinetPay when its last word is older than 2 s. */
  @Post('check')
  @HttpCode(200)
  @ApiBody({ type: DropInCheckDto, examples: DROP_IN_QUESTIONS })
  @ApiResponse({ status: 200, type: DropInCheckedDto })
  check(@Body() body: unknown, @CurrentCaller() caller: Caller, @Req() request: FastifyRequest): Promise<Envelope> {
    return this.checks.check(body, caller, request.id);
  }
}
