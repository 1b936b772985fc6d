import { Injectable } from '@nestjs/common';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { Budget } from '../cinetpay/budget';
import { CinetpayClient } from '../cinetpay/cinetpay.client';
import type { DeviceOutcome } from '../cinetpay/outcomes';
import { spread } from '../common/backoff';
import { logError } from '../common/logger';
import { Poller } from '../common/poller';
import { Config } from '../config/config';
import { Sql } from '../database/sql';
import { WorkSignal } from '../database/work-signal';
import { Sites } from '../sites/sites.service';
import { CLAIM_MOVES, FORGET_MOVES, NOT_TOLD, TOLD, type ClaimedMove } from './device.statements';

/** Our choice: a lost NOTIFY, or an order that got its counter since, waits at most this long. */
const IDLE_MS = 1_000;
/** Moves of one site that are told at the same time. */
const AT_ONCE = 8;
/** Beyond the call itself: the wait for a slot of the budget. */
const LEASE_MARGIN_SECONDS = 20;
const FORGET_EVERY_MS = 60_000;
/** Our choice: five tries take some 10 s, within which a page still waits. */
const RETRY_MS = 2_000;

/** Tells CinetPay under which device id a page goes on, so that its script hears of the end. */
@Injectable()
export class DeviceWorker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly poller = new Poller({ name: 'devices', idleMs: IDLE_MS, round: () => this.round() });
  /** By site, so that one whose calls hang keeps none of the others waiting. */
  private readonly telling = new Map<string, Promise<void>>();
  private stopListening: (() => void) | undefined;
  private forgetAt = 0;

  constructor(
    private readonly sql: Sql,
    private readonly sites: Sites,
    private readonly budget: Budget,
    private readonly client: CinetpayClient,
    private readonly signal: WorkSignal,
    private readonly config: Config,
  ) {}

  onApplicationBootstrap(): void {
    if (!this.config.roles.includes('worker')) return;
    this.stopListening = this.signal.on('device', () => this.poller.nudge());
    this.poller.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopListening?.();
    await this.poller.stop();
    await Promise.all(this.telling.values());
  }

  private async round(): Promise<boolean> {
    await this.forget();
    const free = this.sites.all.map(({ site_id }) => site_id).filter((site) => !this.telling.has(site));
    const lease = this.config.cinetpayTimeoutMs / 1000 + LEASE_MARGIN_SECONDS;
    const claimed = free.length > 0 ? await this.sql.rows<ClaimedMove>(CLAIM_MOVES, [free, AT_ONCE, lease]) : [];
    for (const site of new Set(claimed.map(({ site_id }) => site_id)))
      this.begin(
        site,
        claimed.filter(({ site_id }) => site_id === site),
      );
    return false;
  }

  private begin(site: string, moves: readonly ClaimedMove[]): void {
    const told = Promise.all(moves.map((move) => this.tell(move)))
      .catch((fault: unknown) => logError('the move of a device was left to its lease', fault, { site_id: site }))
      .then(() => {
        this.telling.delete(site);
        this.poller.nudge();
      });
    this.telling.set(site, told);
  }

  private async tell({ transaction_id, site_id, told_device_id: from, device_id: to }: ClaimedMove): Promise<void> {
    const site = this.sites.get(site_id);
    const outcome = await this.budget.run<DeviceOutcome>(site, 'woken', transaction_id, () =>
      this.client.attachDevice(site, transaction_id, from, to),
    );
    if (outcome.kind === 'attached') return void (await this.sql.rows(TOLD, [transaction_id, to]));
    const isAsked = outcome.kind !== 'no_slot';
    const delayMs = isAsked ? spread(RETRY_MS, 0.2) : outcome.retryInMs;
    await this.sql.rows(NOT_TOLD, [transaction_id, delayMs / 1000, isAsked ? 1 : 0]);
  }

  private async forget(): Promise<void> {
    if (performance.now() < this.forgetAt) return;
    this.forgetAt = performance.now() + FORGET_EVERY_MS;
    await this.sql.rows(FORGET_MOVES, []);
  }
}
