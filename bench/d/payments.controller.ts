import { Body, Controller, Get, Headers, HttpCode, Param, Post } from '@nestjs/common';
import { CreatePaymentDto } from './create-payment.dto';
import type { Transaction } from './entities';
import { PaymentsService } from './payments.service';

@Controller()
export class PaymentsController {
  constructor(private readonly payments: PaymentsService) {}

  @Post('v1/payments')
  create(@Body() dto: CreatePaymentDto): Promise<Transaction> {
    return this.payments.create(dto);
  }

  @Get('v1/payments/:id')
  findOne(@Param('id') id: string): Promise<Transaction> {
    return this.payments.findOne(id);
  }

  @Post('cinetpay/notify')
  @HttpCode(200)
  notify(@Body() form: Record<string, string>, @Headers('x-token') token: string): Promise<void> {
    return this.payments.notify(form, token);
  }

  /** Runs the reconciliation once; in a tutorial the clock would. */
  @Post('reconciliation')
  @HttpCode(200)
  async reconcile(@Body() { take }: { take: number }): Promise<{ checked: number }> {
    return { checked: await this.payments.reconcile(take) };
  }

  @Get('health')
  health(): { status: string } {
    return { status: 'ok' };
  }
}
