import { Injectable } from '@nestjs/common';
import { seesAll, type Caller } from '../auth/caller';
import { newId } from '../common/ids';
import { Problem } from '../common/problem';
import { refusal } from '../common/validation';
import { Sql } from '../database/sql';
import { WorkSignal } from '../database/work-signal';
import { cursorAfter, idOfCursor } from './cursor';
import type { AttemptDto, DeliveryDto, DeliveryQueryDto } from './delivery.dto';
import { listDeliveries, MAX_PAGE } from './delivery.list';
import * as statements from './delivery.statements';
import type { ReplayDto } from './endpoint.dto';
import { WebhookEndpoints } from './endpoints.service';

type DeliveryRow = Omit<DeliveryDto, 'attempts'>;

/** What is owed to endpoints and what was tried: to be read, and to be asked for again. */
@Injectable()
export class Deliveries {
  constructor(
    private readonly sql: Sql,
    private readonly signal: WorkSignal,
    private readonly endpoints: WebhookEndpoints,
  ) {}

  /** One page, newest first. */
  async page(query: DeliveryQueryDto, caller: Caller): Promise<{ data: DeliveryDto[]; next_cursor: string | null }> {
    const { limit = MAX_PAGE, cursor, ...filter } = query;
    const whose = { caller: ownerOf(caller) ?? undefined, after: idOfCursor(cursor) ?? undefined };
    const { statement, values } = listDeliveries({ ...filter, ...whose });
    const rows = await this.sql.rows<DeliveryRow>(statement, values);
    const page = rows.slice(0, limit);
    const next_cursor = rows.length > limit ? cursorAfter(page.at(-1)!.id) : null;
    return { data: await this.withAttempts(page), next_cursor };
  }

  /** @throws Problem `not_found`, also for another caller's delivery */
  async find(id: string, caller: Caller): Promise<DeliveryDto> {
    const rows = await this.sql.rows<DeliveryRow>(statements.FIND_DELIVERY, [id, ownerOf(caller)]);
    if (rows.length === 0) throw new Problem('not_found', 'There is no delivery with this id.');
    return (await this.withAttempts(rows))[0]!;
  }

  /**
   * Sends a delivery again now, whatever came of it, with the whole schedule before it.
   * @throws Problem `not_found`, or `conflict` when its endpoint is disabled or deleted
   */
  async retry(id: string, caller: Caller): Promise<DeliveryDto> {
    const { endpoint_id } = await this.find(id, caller);
    await this.sql.transaction(async (runner) => {
      const [endpoint] = await runner.rows<{ is_open: boolean }>(statements.LOCK_ENDPOINT_OF, [endpoint_id]);
      if (!endpoint?.is_open) throw new Problem('conflict', 'The endpoint of this delivery is disabled or deleted.');
      await runner.rows(statements.RETRY_DELIVERY, [id]);
    });
    this.signal.nudge('delivery');
    return this.find(id, caller);
  }

  /** Sends a `webhook.test` to an endpoint; it is delivered, tried again and listed like an event. */
  async test(endpointId: string, caller: Caller): Promise<DeliveryDto> {
    const id = newId();
    await this.sql.transaction(async (runner) => {
      await this.endpoints.lockEnabled(runner, endpointId, caller);
      await runner.rows(statements.INSERT_TEST, [id, newId(), endpointId]);
    });
    this.signal.nudge('delivery');
    return this.find(id, caller);
  }

  /**
   * Delivers the events of a time again, also those that this endpoint never got, with the same ids and bytes.
   * @returns how many deliveries are under way by it
   */
  async replay(endpointId: string, { since, until }: ReplayDto, caller: Caller): Promise<number> {
    const window = [since, until ?? null] as const;
    if (until && until <= since)
      throw refusal([{ pointer: '/until', code: 'range', detail: 'must be later than since' }]);
    let total = 0;
    for (let position: string | null = '0'; position !== null;) {
      const { deliveries, last } = await this.replayBatch(endpointId, window, position, caller);
      this.signal.nudge('delivery');
      total += deliveries;
      position = deliveries < statements.REPLAY_BATCH ? null : last;
    }
    return total;
  }

  // Each batch commits by itself: a long replay keeps no publisher waiting.
  private replayBatch(
    id: string,
    window: readonly [Date, Date | null],
    position: string,
    caller: Caller,
  ): Promise<{ deliveries: number; last: string | null }> {
    return this.sql.transaction(async (runner) => {
      const endpoint = await this.endpoints.lockEnabled(runner, id, caller);
      const values = [id, endpoint.caller, endpoint.events, ...window, position];
      const [row] = await runner.rows<{ deliveries: number; last: string | null }>(statements.REPLAY_EVENTS, values);
      return row!;
    });
  }

  private async withAttempts(rows: DeliveryRow[]): Promise<DeliveryDto[]> {
    const ids = rows.map((row) => row.id);
    const attempts = await this.sql.rows<AttemptDto & { delivery_id: string }>(statements.ATTEMPTS_OF, [ids]);
    const of = (row: DeliveryRow): AttemptDto[] => attempts.filter((attempt) => attempt.delivery_id === row.id);
    return rows.map((row) => ({ ...row, attempts: of(row).map(attemptJson) }));
  }
}

function attemptJson({ number, at, http_status, duration_ms, error, response }: AttemptDto): AttemptDto {
  return { number, at, http_status, duration_ms, error, response };
}

function ownerOf(caller: Caller): string | null {
  return seesAll(caller) ? null : caller.name;
}
