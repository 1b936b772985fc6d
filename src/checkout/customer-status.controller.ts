import { Controller, Get, Header, HttpCode, Param, Post } from '@nestjs/common';
import { ApiExcludeEndpoint, ApiResponse, ApiSecurity, ApiTags } from '@nestjs/swagger';
import { Public } from '../auth/caller';
import { CheckoutService } from './checkout.service';
import { customerStatus } from './customer-status';
import { CustomerStatusDto } from './customer-status.dto';
import type { View } from './view';

/** What pages ask while they are shown. Faults are problem documents here: programs read them. */
@ApiTags('checkout')
@Public()
@Controller('checkout/:token')
export class CustomerStatusController {
  constructor(private readonly checkout: CheckoutService) {}

  /** The state of a payment in CinetPay's words, for a page that has the checkout's token. */
  @Get('status')
  @ApiSecurity({})
  @ApiResponse({ status: 200, type: CustomerStatusDto })
  async status(@Param('token') token: string): Promise<CustomerStatusDto> {
    return { status: customerStatus(await this.checkout.find(token)) };
  }

  /** What there is to see: our own pages go on when it changes. */
  @Get('view')
  @ApiExcludeEndpoint()
  async view(@Param('token') token: string): Promise<{ view: View }> {
    return { view: (await this.checkout.look(token)).view };
  }

  /** CinetPay's script called back: no proof of anything, but a reason to ask. */
  @Post('seen')
  @HttpCode(204)
  // The page may be the caller's own; otherwise its browser reports a fault where there is none.
  @Header('Cross-Origin-Resource-Policy', 'cross-origin')
  @ApiExcludeEndpoint()
  async seen(@Param('token') token: string): Promise<void> {
    await this.checkout.wake(await this.checkout.find(token));
  }
}
