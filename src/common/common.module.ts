import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { CrashPoints } from './crash-points';
import { Metrics } from './metrics';
import { RouteFacts } from './route-facts';

/** What every folder may ask for. */
@Module({})
export class CommonModule {
  /** Only tests hand in crash points that do something. */
  static with(crashPoints: CrashPoints): DynamicModule {
    return {
      module: CommonModule,
      global: true,
      providers: [Metrics, RouteFacts, { provide: CrashPoints, useValue: crashPoints }],
      exports: [Metrics, RouteFacts, CrashPoints],
    };
  }
}
