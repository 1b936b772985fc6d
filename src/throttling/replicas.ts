import { Injectable } from '@nestjs/common';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { newId } from '../common/ids';
import { Poller } from '../common/poller';
import { Config } from '../config/config';
import { BlockStore } from './block.store';

const BEAT_MS = 5_000;
/** Three beats: one may be lost. */
const SILENT_MS = 15_000;

/** How many processes answer requests at this database. A wrong number makes blocks larger or smaller, never the limit. */
@Injectable()
export class Replicas implements OnApplicationBootstrap, BeforeApplicationShutdown {
  /** This one included. */
  live = 1;
  private readonly id = newId();
  private readonly poller = new Poller({ name: 'counting replicas', idleMs: BEAT_MS, round: () => this.beat() });

  constructor(
    private readonly store: BlockStore,
    private readonly config: Config,
  ) {}

  onApplicationBootstrap(): void {
    if (this.config.roles.includes('api')) this.poller.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    if (!this.config.roles.includes('api')) return;
    await this.poller.stop();
    // Silence says the same.
    await this.store.leave(this.id).catch(() => undefined);
  }

  private async beat(): Promise<boolean> {
    this.live = 1 + (await this.store.beat(this.id, SILENT_MS));
    return false;
  }
}
