import { Module } from '@nestjs/common';
import { BudgetModule } from '../cinetpay/budget.module';
import { PaymentsModule } from '../payments/payments.module';
import { SitesModule } from '../sites/sites.module';
import { ReconciliationWorker } from './reconciliation.worker';

/** Verification and half-done initiations, driven by the clock. */
@Module({ imports: [PaymentsModule, BudgetModule, SitesModule], providers: [ReconciliationWorker] })
export class ReconciliationModule {}
