import { Injectable } from '@nestjs/common';
import { DatabaseTime } from '../common/clock';
import { Sql } from '../database/sql';
import { eventJson } from '../events/event';
import * as statements from './claim.statements';
import type { OwedDelivery } from './delivery.forms';
import type { Due, Share } from './receivers';

/** A delivery that this process may send now. */
export interface ClaimedDelivery extends Omit<OwedDelivery, 'now'> {
  lease_number: number;
  attempts: number;
  attempts_at_reset: number;
  /** Postgres' text, which has the microseconds. */
  due_at: string;
  clock: DatabaseTime;
}

/** What came of an attempt, as it is written. */
export interface SettledAttempt {
  id: string;
  lease_number: number;
  /** As it was claimed. */
  due_at: string;
  is_delivered: boolean;
  /** Until the next attempt; null when there is none. */
  delay_ms: number | null;
  at: Date;
  http_status: number | null;
  duration_ms: number;
  error: string | null;
  response: string | null;
}

interface Row extends Omit<ClaimedDelivery, 'clock' | 'body' | 'type'> {
  is_test: boolean;
  created_at: Date;
  type: string | null;
  position: string | null;
  event_at: Date;
  data: string;
  clock: Date;
}

const SETTLED_COLUMNS = [
  ...(['id', 'lease_number', 'due_at', 'is_delivered', 'delay_ms'] as const),
  ...(['at', 'http_status', 'duration_ms', 'error', 'response'] as const),
];

/** The type of what `/test` sends; no event has it. */
export const TEST_TYPE = 'webhook.test';

/** Claims deliveries and writes back what came of them. */
@Injectable()
export class DeliveryStore {
  constructor(private readonly sql: Sql) {}

  /** The endpoints after this one that are owed something, in their order, at most `limit`. */
  visit(after: string, limit: number): Promise<(Due & { is_due: boolean })[]> {
    return this.sql.rows(statements.VISIT_ENDPOINTS, [after, limit]);
  }

  async take(shares: readonly Share[]): Promise<ClaimedDelivery[]> {
    const values = [shares.map((share) => share.endpoint_id), shares.map((share) => share.room)];
    const rows = await this.sql.rows<Row>(statements.TAKE_DELIVERIES, values);
    return rows.map(asClaimed);
  }

  async renew(leases: ReadonlyMap<string, number>): Promise<void> {
    await this.sql.rows(statements.RENEW_DELIVERIES, [[...leases.keys()], [...leases.values()]]);
  }

  /** @returns how many were written: the others' leases were lost */
  async settle(attempts: readonly SettledAttempt[]): Promise<number> {
    const columns = SETTLED_COLUMNS.map((column) => attempts.map((attempt) => attempt[column]));
    return (await this.sql.rows(statements.SETTLE_DELIVERIES, columns)).length;
  }
}

function asClaimed({ is_test, created_at, type, position, event_at, data, clock, ...delivery }: Row): ClaimedDelivery {
  const head = { ...delivery, clock: new DatabaseTime(clock) };
  const { event_id, endpoint_id } = delivery;
  if (is_test || type === null) return { ...head, type: TEST_TYPE, body: testBody(event_id, endpoint_id, created_at) };
  const event = { id: event_id, position: Number(position), type, created_at: event_at, data };
  return { ...head, type, body: eventJson(event) };
}

// Of nothing but the delivery's own row: the same bytes in every attempt.
function testBody(id: string, endpoint_id: string, created_at: Date): string {
  return JSON.stringify({ id, type: TEST_TYPE, created_at: created_at.toISOString(), data: { endpoint_id } });
}
