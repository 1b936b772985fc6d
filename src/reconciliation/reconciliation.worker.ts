import { Injectable } from '@nestjs/common';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { Budget } from '../cinetpay/budget';
import type { Lane as BudgetLane } from '../cinetpay/outcomes';
import { Config } from '../config/config';
import { WorkSignal, type Work } from '../database/work-signal';
import { InitiationCall } from '../payments/initiation.call';
import type { Claim } from '../payments/transaction.rows';
import { TransactionStore } from '../payments/transaction.store';
import { Verification } from '../payments/verification';
import { Sites } from '../sites/sites.service';
import { Lane } from './lane';

/** Calls under way at the same time for one site in one replica; the client's connection limit per site is near it. */
const CONCURRENCY = { initiation: 32, woken: 16, scheduled: 32 };
/** Our choice: a lost NOTIFY costs at most this much. */
const IDLE_MS = { initiation: 500, woken: 500, scheduled: 1_000 };

/** Finishes half-done initiations and asks about payments that are due: by the clock, and because somebody woke them. */
@Injectable()
export class ReconciliationWorker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private lanes: Lane<Claim>[] = [];
  private deaf: (() => void)[] = [];

  constructor(
    private readonly store: TransactionStore,
    private readonly initiation: InitiationCall,
    private readonly verification: Verification,
    private readonly budget: Budget,
    private readonly sites: Sites,
    private readonly signal: WorkSignal,
    private readonly config: Config,
  ) {}

  onApplicationBootstrap(): void {
    if (!this.config.roles.includes('worker')) return;
    for (const { site_id: site } of this.sites.all) {
      this.add(site, 'initiation', 'initiations', 'initiation', (claim) => this.initiate(claim));
      this.add(site, 'woken', 'woken', 'check', (claim) => this.verification.run(claim, 'woken'));
      this.add(site, 'scheduled', 'scheduled', undefined, (claim) => this.verification.run(claim, 'scheduled'));
    }
  }

  async beforeApplicationShutdown(): Promise<void> {
    for (const stop of this.deaf) stop();
    await Promise.all(this.lanes.map((lane) => lane.stop()));
  }

  // Lanes of its own for each site: one whose calls hang takes no place, and its backlog no turn, from the others.
  private add(
    site: string,
    lane: BudgetLane,
    kind: 'initiations' | 'woken' | 'scheduled',
    heard: Work | undefined,
    work: (claim: Claim) => Promise<unknown>,
  ): void {
    const added = new Lane<Claim>({
      name: `reconciliation ${lane} of site ${site}`,
      concurrency: CONCURRENCY[lane],
      idleMs: IDLE_MS[lane],
      claim: async (room) => {
        const limit = Math.min(room, await this.budget.outlook(site, lane));
        return limit > 0 ? this.store.claim(kind, site, limit) : [];
      },
      work: async (claim) => void (await work(claim)),
    });
    this.lanes.push(added);
    if (heard) this.deaf.push(this.signal.on(heard, () => added.nudge()));
    added.start();
  }

  private async initiate(claim: Claim): Promise<unknown> {
    if (claim.row.initiation === 'send') return this.initiation.run(claim);
    return this.verification.run(claim, 'woken', 'initiation');
  }
}
