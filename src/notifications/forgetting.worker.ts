import { Injectable } from '@nestjs/common';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { Poller } from '../common/poller';
import { Config } from '../config/config';
import { NotificationStore } from './notification.store';

const HOURLY_MS = 3_600_000;
const BATCH = 1_000;

/** Deletes invalid notifications after 30 days, a thousand at a time. */
@Injectable()
export class ForgettingWorker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly poller: Poller;

  constructor(
    store: NotificationStore,
    private readonly config: Config,
  ) {
    this.poller = new Poller({ name: 'forgetting', idleMs: HOURLY_MS, round: () => store.forgetInvalid(BATCH) });
  }

  onApplicationBootstrap(): void {
    if (this.config.roles.includes('worker')) this.poller.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.poller.stop();
  }
}
