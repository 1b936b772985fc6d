import { Injectable } from '@nestjs/common';
import { Gauge } from 'prom-client';
import { logError } from '../common/logger';
import { Metrics } from '../common/metrics';
import { Sql } from '../database/sql';

/** Several Prometheus servers and a curious visitor cost one look at the tables. */
const FRESH_MS = 10_000;

/** Just before our own patience ends (10 s): a scan that nobody waits for any more must not go on in Postgres beside the next. */
const LIMIT = { name: 'gauge_limit', text: `SET LOCAL statement_timeout = '9s'` };

const COUNTS = {
  name: 'gauge_payments',
  text: 'SELECT status, site_id, count(*)::int AS payments FROM transactions GROUP BY status, site_id',
};
const QUEUES = {
  name: 'gauge_queues',
  text: `SELECT
    (SELECT coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0)::float8 FROM transactions
      WHERE status IN ('created', 'pending') AND (next_check_at IS NOT NULL OR next_initiation_at IS NOT NULL)) AS oldest,
    (SELECT count(*)::int FROM transactions WHERE needs_review) AS review,
    (SELECT count(*)::int FROM transactions WHERE next_initiation_at IS NOT NULL) AS initiations,
    (SELECT count(*)::int FROM transactions WHERE next_check_at <= statement_timestamp()) AS checks,
    (SELECT count(*)::int FROM events WHERE position IS NULL) AS events,
    (SELECT count(*)::int FROM webhook_deliveries WHERE status = 'pending') AS deliveries`,
};
const PAUSES = {
  name: 'gauge_pauses',
  text: 'SELECT site_id, pause_cause FROM site_states WHERE pause_cause IS NOT NULL',
};

interface Queues {
  oldest: number;
  review: number;
  initiations: number;
  checks: number;
  events: number;
  deliveries: number;
}

/** What is in the tables, counted when Prometheus asks. An outage of the database leaves the last numbers standing. */
@Injectable()
export class PaymentGauges {
  private readonly payments;
  private readonly oldest;
  private readonly review;
  private readonly backlog;
  private readonly pauses;
  private until = 0;
  private reading: Promise<void> | undefined;

  constructor(
    private readonly sql: Sql,
    { registry }: Metrics,
  ) {
    const collect = (): Promise<void> => this.refresh();
    const own = { registers: [registry] };
    this.payments = new Gauge({
      name: 'payments',
      help: 'Payments, by state and site.',
      labelNames: ['status', 'site'],
      collect,
      ...own,
    });
    this.oldest = new Gauge({
      name: 'oldest_unresolved_seconds',
      help: 'Age of the oldest payment whose outcome is still being asked for.',
      collect,
      ...own,
    });
    this.review = new Gauge({
      name: 'payments_needing_review',
      help: 'Payments that wait for a person.',
      collect,
      ...own,
    });
    this.backlog = new Gauge({
      name: 'backlog',
      help: 'Work that waits: initiations, checks that are due, events without a position, deliveries.',
      labelNames: ['work'],
      collect,
      ...own,
    });
    this.pauses = new Gauge({
      name: 'site_paused',
      help: 'Sites in whose name CinetPay is not called, by why.',
      labelNames: ['site', 'cause'],
      collect,
      ...own,
    });
  }

  // Every gauge asks before it is read: together they read once.
  private refresh(): Promise<void> {
    if (performance.now() < this.until) return Promise.resolve();
    this.reading ??= this.read()
      .catch((error: unknown) => logError('the gauges could not be read', error))
      .finally(() => {
        // Also after a failure: what took too long once is not begun again by every scrape.
        this.until = performance.now() + FRESH_MS;
        this.reading = undefined;
      });
    return this.reading;
  }

  private async read(): Promise<void> {
    // One after the other on one connection: a scrape must not crowd out payments.
    const { counts, queues, pauses } = await this.sql.transaction(async (runner) => {
      await runner.rows(LIMIT, []);
      const counts = await runner.rows<{ status: string; site_id: string; payments: number }>(COUNTS, []);
      const [queues] = await runner.rows<Queues & Record<string, number>>(QUEUES, []);
      return { counts, queues, pauses: await runner.rows<{ site_id: string; pause_cause: string }>(PAUSES, []) };
    });
    this.pauses.reset();
    for (const { site_id, pause_cause } of pauses) this.pauses.set({ site: site_id, cause: pause_cause }, 1);
    this.payments.reset();
    for (const { status, site_id, payments } of counts) this.payments.set({ status, site: site_id }, payments);
    const { oldest, review, ...backlog } = queues!;
    this.oldest.set(oldest);
    this.review.set(review);
    for (const [work, count] of Object.entries(backlog)) this.backlog.set({ work }, count);
  }
}
