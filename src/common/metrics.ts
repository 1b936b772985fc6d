import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

const FAST = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** What Prometheus reads at `/metrics`. Labels come from short lists only, never from a request's content. */
@Injectable()
export class Metrics {
  /** Others register what they measure here. */
  readonly registry = new Registry();

  private readonly requests = new Counter({
    name: 'http_requests_total',
    help: 'Requests answered, by route pattern.',
    labelNames: ['route', 'method', 'status'],
    registers: [this.registry],
  });
  private readonly requestSeconds = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the first byte of a request to the last of its answer.',
    labelNames: ['route', 'method'],
    buckets: FAST,
    registers: [this.registry],
  });
  private readonly refusedConnections = new Counter({
    name: 'http_connections_refused_total',
    help: 'Connections that ended at once because there were too many, by which limit.',
    labelNames: ['limit'],
    registers: [this.registry],
  });
  private countConnections = (): number => 0;
  private readonly openConnections: Gauge = new Gauge({
    name: 'http_connections',
    help: 'Connections of clients that are open.',
    collect: () => this.openConnections.set(this.countConnections()),
    registers: [this.registry],
  });
  private readonly calls = new Counter({
    name: 'cinetpay_calls_total',
    help: 'Calls to CinetPay, by what came of them.',
    labelNames: ['site', 'operation', 'outcome'],
    registers: [this.registry],
  });
  private readonly callSeconds = new Histogram({
    name: 'cinetpay_call_duration_seconds',
    help: 'Time of one call to CinetPay, budget not included.',
    labelNames: ['site', 'operation'],
    buckets: FAST,
    registers: [this.registry],
  });
  private readonly notifications = new Counter({
    name: 'notifications_total',
    help: 'Notifications received, by whether they are what they claim to be.',
    labelNames: ['validity'],
    registers: [this.registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
    // An alarm on an increase cannot see a series that begins with its first notification.
    this.notifications.inc({ validity: 'unknown_transaction' }, 0);
  }

  /** `route` is the pattern, not the address. */
  httpRequest(route: string, method: string, status: number, seconds: number): void {
    this.requests.inc({ route, method, status });
    this.requestSeconds.observe({ route, method }, seconds);
  }

  /** Says who counts the open connections. */
  connections(count: () => number): void {
    this.countConnections = count;
  }

  connectionRefused(limit: string): void {
    this.refusedConnections.inc({ limit });
  }

  cinetpayCall(site: string, operation: string, outcome: string, seconds: number): void {
    this.calls.inc({ site, operation, outcome });
    this.callSeconds.observe({ site, operation }, seconds);
  }

  notification(validity: string): void {
    this.notifications.inc({ validity });
  }
}
