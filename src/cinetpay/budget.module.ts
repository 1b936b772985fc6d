import { Module } from '@nestjs/common';
import { SitesModule } from '../sites/sites.module';
import { Budget } from './budget';
import { Judge } from './judge';

/** When CinetPay may be called at all. */
@Module({ imports: [SitesModule], providers: [Budget, Judge], exports: [Budget] })
export class BudgetModule {}
