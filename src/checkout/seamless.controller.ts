import { Controller, Get, Param } from '@nestjs/common';
import { ApiBearerAuth, ApiResponse, ApiTags } from '@nestjs/swagger';
import { CurrentCaller, type Caller } from '../auth/caller';
import { PaymentQuestions } from '../payments/payment.questions';
import { CheckoutService } from './checkout.service';
import { SeamlessDto } from './seamless.dto';
import { SeamlessService } from './seamless.service';

@ApiTags('payments')
@ApiBearerAuth('key')
@Controller('v1/payments/:id/seamless')
export class SeamlessController {
  constructor(
    private readonly questions: PaymentQuestions,
    private readonly checkout: CheckoutService,
    private readonly seamless: SeamlessService,
  ) {}

  /** What CinetPay's script needs to open the counter in a page of your own; the checkout page does it without one. */
  @Get()
  @ApiResponse({ status: 200, type: SeamlessDto })
  @ApiResponse({ status: 409, description: 'Not a seamless payment, or it must not be paid any more.' })
  async configuration(@Param('id') id: string, @CurrentCaller() caller: Caller): Promise<SeamlessDto> {
    const row = await this.questions.find(id, caller);
    const { view } = await this.checkout.look(row.checkout_token);
    return this.seamless.configurationOf(row, view);
  }
}
