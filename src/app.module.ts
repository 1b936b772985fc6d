import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { BodyGuard } from './app.bodies';
import { AuthModule } from './auth/auth.module';
import { ScopeGuard } from './auth/scope.guard';
import { CheckoutModule } from './checkout/checkout.module';
import { CinetpayModule } from './cinetpay/cinetpay.module';
import { CommonModule } from './common/common.module';
import { CrashPoints } from './common/crash-points';
import { CompatModule } from './compat/compat.module';
import { ConfigModule } from './config/config.module';
import type { Config } from './config/config';
import { DatabaseModule } from './database/database.module';
import { EventsModule } from './events/events.module';
import { HealthModule } from './health/health.module';
import { HistoryModule } from './history/history.module';
import { NotificationsModule } from './notifications/notifications.module';
import { PaymentsModule } from './payments/payments.module';
import { ReconciliationModule } from './reconciliation/reconciliation.module';
import { SitesModule } from './sites/sites.module';
import { EntranceGuard } from './throttling/entrance.guard';
import { ThrottleGuard } from './throttling/throttle.guard';
import { ThrottlingModule } from './throttling/throttling.module';
import { WebhooksModule } from './webhooks/webhooks.module';

/** What every request passes, in this order: whose is it, how much may he ask, may he do that; then its body is read. */
const GUARDS = [EntranceGuard, ThrottleGuard, ScopeGuard, BodyGuard];

/** The only list of modules. */
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
        ThrottlingModule,
        SitesModule,
        CinetpayModule,
        PaymentsModule,
        NotificationsModule,
        CheckoutModule,
        ReconciliationModule,
        EventsModule,
        WebhooksModule,
        CompatModule,
        HistoryModule,
        HealthModule,
      ],
      providers: GUARDS.map((useClass) => ({ provide: APP_GUARD, useClass })),
    };
  }
}
