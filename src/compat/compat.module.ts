import { Module } from '@nestjs/common';
import { PaymentsModule } from '../payments/payments.module';
import { SitesModule } from '../sites/sites.module';
import { WebhooksModule } from '../webhooks/webhooks.module';
import { BudgetModule } from '../cinetpay/budget.module';
import { CinetpayModule } from '../cinetpay/cinetpay.module';
import { CheckEvidence } from './check.evidence';
import { DeviceController } from './device.controller';
import { DeviceWorker } from './device.worker';
import { DropInChecks } from './drop-in.checks';
import { DropInController } from './drop-in.controller';
import { DropInPayments } from './drop-in.payments';
import { DropInNotification } from './notification';

/** The drop-in CinetPay API: existing clients change their address and their key. */
@Module({
  imports: [PaymentsModule, BudgetModule, CinetpayModule, SitesModule, WebhooksModule],
  controllers: [DropInController, DeviceController],
  providers: [CheckEvidence, DeviceWorker, DropInChecks, DropInNotification, DropInPayments],
})
export class CompatModule {}
