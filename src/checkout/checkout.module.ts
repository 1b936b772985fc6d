import { Module } from '@nestjs/common';
import { PaymentsModule } from '../payments/payments.module';
import { SitesModule } from '../sites/sites.module';
import { CheckoutController } from './checkout.controller';
import { CheckoutService } from './checkout.service';
import { CustomerStatusController } from './customer-status.controller';
import { ReturnController } from './return.controller';
import { SeamlessController } from './seamless.controller';
import { SeamlessService } from './seamless.service';

/** The pages a customer sees. */
@Module({
  imports: [PaymentsModule, SitesModule],
  controllers: [CheckoutController, ReturnController, CustomerStatusController, SeamlessController],
  providers: [CheckoutService, SeamlessService],
})
export class CheckoutModule {}
