import { Controller, Get, Header } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Public } from '../auth/caller';
import { Metrics } from '../common/metrics';
import { Problem } from '../common/problem';
import { Readiness } from './readiness';

/** Probes for whoever runs us, and numbers for Prometheus. */
@Public()
@ApiExcludeController()
@Controller()
export class HealthController {
  constructor(
    private readonly readiness: Readiness,
    private readonly metrics: Metrics,
  ) {}

  /** The process runs; says nothing of the database, so that an outage of it restarts nobody. */
  @Get('health/live')
  live(): { status: string } {
    return { status: 'live' };
  }

  /** Requests may come: the database answers, is migrated, and we are not stopping. Otherwise 503. */
  @Get('health/ready')
  async ready(): Promise<{ status: string }> {
    const fault = await this.readiness.fault();
    if (fault !== undefined) throw new Problem('not_ready', fault, { retryAfterSeconds: 1 });
    return { status: 'ready' };
  }

  /** Prometheus' text format. */
  @Get('metrics')
  @Header('Content-Type', 'text/plain; version=0.0.4; charset=utf-8')
  read(): Promise<string> {
    return this.metrics.registry.metrics();
  }
}
