import { Injectable } from '@nestjs/common';
import { Counter, Histogram } from 'prom-client';
import { Metrics } from '../common/metrics';
import type { AttemptResult } from './receiver.client';

/** What Prometheus sees of deliveries. */
@Injectable()
export class DeliveryMetrics {
  private readonly attempts;
  private readonly seconds;

  constructor({ registry }: Metrics) {
    this.attempts = new Counter({
      name: 'webhook_attempts_total',
      help: 'Attempts of deliveries, by what came of them: delivered, a class of HTTP status, or why there was no answer.',
      labelNames: ['outcome'],
      registers: [registry],
    });
    this.seconds = new Histogram({
      name: 'webhook_attempt_duration_seconds',
      help: 'Time of one attempt of a delivery.',
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15],
      registers: [registry],
    });
  }

  attempt(isDelivered: boolean, { httpStatus, error }: AttemptResult, seconds: number): void {
    const status = httpStatus === null ? 'none' : `${Math.floor(httpStatus / 100)}xx`;
    this.attempts.inc({ outcome: isDelivered ? 'delivered' : (error ?? status) });
    this.seconds.observe(seconds);
  }
}
