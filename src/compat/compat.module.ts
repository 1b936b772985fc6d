import { Module } from '@nestjs/common';
import { PaymentsModule } from '../payments/payments.module';
import { SitesModule } from '../sites/sites.module';
import { WebhooksModule } from '../webhooks/webhooks.module';
import { CheckEvidence } from './check.evidence';
import { DropInChecks } from './drop-in.checks';
import { DropInController } from './drop-in.controller';
import { DropInPayments } from './drop-in.payments';
import { DropInNotification } from './notification';

/** The drop-in CinetPay API: existing clients change their address and their key. */
@Module({
  imports: [PaymentsModule, SitesModule, WebhooksModule],
  controllers: [DropInController],
  providers: [CheckEvidence, DropInChecks, DropInNotification, DropInPayments],
})
export class CompatModule {}
