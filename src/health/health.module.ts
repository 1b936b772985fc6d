import { Module } from '@nestjs/common';
import { HealthController } from './health.controller';
import { PaymentGauges } from './payment-gauges';
import { Readiness } from './readiness';

/** Probes and metrics. */
@Module({ controllers: [HealthController], providers: [Readiness, PaymentGauges], exports: [Readiness] })
export class HealthModule {}
