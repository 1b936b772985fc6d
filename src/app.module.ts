import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { AuthModule } from './auth/auth.module';
import { CinetpayModule } from './cinetpay/cinetpay.module';
import { CommonModule } from './common/common.module';
import { CrashPoints } from './common/crash-points';
import { ConfigModule } from './config/config.module';
import type { Config } from './config/config';
import { DatabaseModule } from './database/database.module';
import { HealthModule } from './health/health.module';
import { HistoryModule } from './history/history.module';
import { NotificationsModule } from './notifications/notifications.module';
import { PaymentsModule } from './payments/payments.module';
import { ReconciliationModule } from './reconciliation/reconciliation.module';
import { SitesModule } from './sites/sites.module';

/** The only list of modules. Auth comes before everything that has a guard of its own. */
@Module({})
export class AppModule {
  static with(config: Config, crashPoints = new CrashPoints()): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.with(config),
        CommonModule.with(crashPoints),
        DatabaseModule,
        AuthModule,
        SitesModule,
        CinetpayModule,
        PaymentsModule,
        NotificationsModule,
        ReconciliationModule,
        HistoryModule,
        HealthModule,
      ],
    };
  }
}
