import { Injectable } from '@nestjs/common';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { retryAfterMs } from '../common/backoff';
import { CrashPoints } from '../common/crash-points';
import { logError } from '../common/logger';
import { Poller } from '../common/poller';
import { Config } from '../config/config';
import { WorkSignal } from '../database/work-signal';
import { DeliveryForms } from './delivery.forms';
import { DeliveryMetrics } from './delivery.metrics';
import { DeliveryStore, type ClaimedDelivery } from './delivery.store';
import { WebhookEndpoints } from './endpoints.service';
import { ReceiverClient, type AttemptResult } from './receiver.client';
import { Receivers } from './receivers';
import { nextAttemptIn } from './retry.schedule';
import { WriteBack } from './write-back';

/** Our choice: a lost NOTIFY, or a retry that became due, waits at most this long. */
const IDLE_MS = 500;
/** Endpoints looked at in one round. */
const VISIT = 200;
/** A lease lasts 10 s (claim.statements.ts); renewed so often, it survives two renewals that fail. */
const RENEW_MS = 3_000;
const GONE = 410;

/** Sends what is owed: claims due deliveries endpoint by endpoint, attempts them side by side, writes back in batches. */
@Injectable()
export class DeliveriesWorker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly poller = new Poller({ name: 'deliveries', idleMs: IDLE_MS, round: () => this.round() });
  private readonly receivers = new Receivers();
  private readonly running = new Set<Promise<void>>();
  /** Claimed and not yet written back: id to lease number. */
  private readonly leases = new Map<string, number>();
  private readonly writeBack: WriteBack;
  private stopListening: (() => void) | undefined;
  private renewing: NodeJS.Timeout | undefined;
  private lastVisited = '';

  constructor(
    private readonly store: DeliveryStore,
    private readonly endpoints: WebhookEndpoints,
    private readonly forms: DeliveryForms,
    private readonly client: ReceiverClient,
    private readonly metrics: DeliveryMetrics,
    private readonly crashPoints: CrashPoints,
    private readonly signal: WorkSignal,
    private readonly config: Config,
  ) {
    this.writeBack = new WriteBack(
      (batch) => this.store.settle(batch),
      (batch) => batch.forEach(({ id, lease_number }) => this.release(id, lease_number)),
    );
  }

  onApplicationBootstrap(): void {
    if (!this.config.roles.includes('worker')) return;
    this.stopListening = this.signal.on('delivery', () => this.poller.nudge());
    this.renewing = setInterval(() => void this.renew(), RENEW_MS);
    this.poller.start();
  }

  /** Claims nothing more and lets attempts end for a third of the time to stop; later ones are cut off and tried again. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopListening?.();
    await this.poller.stop();
    const impatience = setTimeout(() => this.client.interrupt(), this.config.shutdownTimeoutMs / 3);
    await Promise.all(this.running);
    clearTimeout(impatience);
    await this.writeBack.close();
    clearInterval(this.renewing);
  }

  private async round(): Promise<boolean> {
    if (this.receivers.isFull) return false;
    const visited = await this.store.visit(this.lastVisited, VISIT);
    const shares = this.receivers.shares(visited.filter((endpoint) => endpoint.is_due));
    this.lastVisited = visited.length < VISIT ? '' : visited.at(-1)!.endpoint_id;
    if (shares.length > 0) for (const claim of await this.store.take(shares)) this.begin(claim);
    return this.lastVisited !== '';
  }

  private begin(claim: ClaimedDelivery): void {
    this.leases.set(claim.id, claim.lease_number);
    this.receivers.begin(claim);
    const begun = performance.now();
    const attempt: Promise<void> = this.attempt(claim)
      .catch((error: unknown) => {
        this.release(claim.id, claim.lease_number);
        logError('left a delivery to its lease', error, { delivery_id: claim.id });
      })
      .finally(() => {
        this.running.delete(attempt);
        if (this.receivers.end(claim, performance.now() - begun)) this.poller.nudge();
      });
    this.running.add(attempt);
  }

  private async attempt(claim: ClaimedDelivery): Promise<void> {
    const at = claim.clock.now();
    const begun = performance.now();
    const result = await this.send(claim, at);
    const tookMs = Math.round(performance.now() - begun);
    this.crashPoints.at('after-delivery');
    const { id, lease_number, due_at } = claim;
    const { httpStatus: http_status, error, response } = result;
    const is_delivered = http_status !== null && http_status >= 200 && http_status < 300;
    this.metrics.attempt(is_delivered, result, tookMs / 1000);
    const delay_ms = is_delivered ? null : this.delayOf(claim, result);
    this.writeBack.add({
      ...{ id, lease_number, due_at, is_delivered, delay_ms },
      ...{ at, http_status, duration_ms: tookMs, error, response },
    });
    // Callers cannot see the endpoint of a notify_url, and so not enable it again: there it is one more failed attempt.
    if (http_status === GONE && claim.kind === 'webhook') await this.disable(claim);
  }

  // Should this fail, the next attempt finds the same answer.
  private async disable({ endpoint_id, url }: ClaimedDelivery): Promise<void> {
    await this.endpoints
      .disableGone(endpoint_id, url)
      .catch((error: unknown) => logError('an endpoint that is gone was not disabled yet', error, { endpoint_id }));
  }

  private async send(claim: ClaimedDelivery, now: Date): Promise<AttemptResult> {
    try {
      const requests = await this.forms.requestsOf({ ...claim, now });
      return await this.client.attempt(claim.url, requests);
    } catch (error) {
      logError('a delivery could not be put together', error, { delivery_id: claim.id });
      return { httpStatus: null, error: 'not_composed', response: null };
    }
  }

  private delayOf(claim: ClaimedDelivery, { retryAfter }: AttemptResult): number | null {
    const failed = claim.attempts - claim.attempts_at_reset + 1;
    const wish = retryAfterMs(retryAfter, claim.clock.now().getTime());
    return nextAttemptIn(this.config.webhookRetrySeconds, failed, wish);
  }

  private async renew(): Promise<void> {
    if (this.leases.size === 0) return;
    await this.store.renew(this.leases).catch((error: unknown) => logError('leases were not renewed', error));
  }

  private release(id: string, leaseNumber: number): void {
    if (this.leases.get(id) === leaseNumber) this.leases.delete(id);
  }
}
