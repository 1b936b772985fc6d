import { Injectable } from '@nestjs/common';
import { seesAll, type Caller } from '../auth/caller';
import { newId } from '../common/ids';
import { logWarn } from '../common/logger';
import { Problem } from '../common/problem';
import { refusal } from '../common/validation';
import { Config } from '../config/config';
import { Sql, type Runner } from '../database/sql';
import { AddressGuard } from './address.guard';
import { cursorAfter, idOfCursor } from './cursor';
import type { ChangeEndpointDto, CreateEndpointDto } from './endpoint.dto';
import * as statements from './endpoint.statements';
import type { EndpointRow } from './endpoint.statements';
import { webhookSecret } from './webhook-secret';

const MAX_PAGE = 100;

/** Where callers want their events to go. Nothing is ever removed: a deleted endpoint only stops to be there for callers. */
@Injectable()
export class WebhookEndpoints {
  constructor(
    private readonly sql: Sql,
    private readonly guard: AddressGuard,
    private readonly config: Config,
  ) {}

  /** @throws Problem `validation_failed` when the address may not be reached */
  async create(caller: Caller, { url, events, description }: CreateEndpointDto): Promise<EndpointRow> {
    await this.refuseForbidden(url);
    const values = [newId(), caller.name, url, events ? [...new Set(events)] : null, description ?? ''];
    const [row] = await this.sql.rows<EndpointRow>(statements.INSERT_ENDPOINT, values);
    return row!;
  }

  /** @throws Problem `not_found`, also for another caller's endpoint */
  async find(id: string, caller: Caller): Promise<EndpointRow> {
    return found(await this.sql.rows<EndpointRow>(statements.FIND_ENDPOINT, [id, ownerOf(caller)]));
  }

  /** One page, newest first. */
  async page(caller: Caller, limit = MAX_PAGE, cursor?: string): Promise<{ rows: EndpointRow[]; next: string | null }> {
    const values = [idOfCursor(cursor), ownerOf(caller), limit + 1];
    const rows = await this.sql.rows<EndpointRow>(statements.LIST_ENDPOINTS, values);
    const page = rows.slice(0, limit);
    return { rows: page, next: rows.length > limit ? cursorAfter(page.at(-1)!.id) : null };
  }

  /** Changes what was sent. Disabling cancels what is still owed. */
  async change(id: string, caller: Caller, change: ChangeEndpointDto): Promise<EndpointRow> {
    if (change.url !== undefined) await this.refuseForbidden(change.url);
    return this.sql.transaction(async (runner) => {
      const before = found(await runner.rows<EndpointRow>(statements.LOCK_ENDPOINT, [id, ownerOf(caller)]));
      const sent = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
      const { url, events, description, enabled } = { ...before, ...sent };
      const reason = enabled ? null : (before.disabled_reason ?? 'disabled');
      const values = [id, url, events && [...new Set(events)], description, enabled, reason];
      const [row] = await runner.rows<EndpointRow>(statements.CHANGE_ENDPOINT, values);
      if (before.enabled && !enabled) await runner.rows(statements.CANCEL_OWED, [id]);
      return row!;
    });
  }

  /** Deletes it for its caller; what it is still owed is cancelled, what was tried stays to be read. */
  async remove(id: string, caller: Caller): Promise<void> {
    await this.sql.transaction(async (runner) => {
      found(await runner.rows<EndpointRow>(statements.DELETE_ENDPOINT, [id, ownerOf(caller)]));
      await runner.rows(statements.CANCEL_OWED, [id]);
    });
  }

  /** A new secret; the present one goes on signing for 24 h, an older one ends at once. */
  async rotate(id: string, caller: Caller): Promise<EndpointRow> {
    return found(await this.sql.rows<EndpointRow>(statements.ROTATE_SECRET, [id, ownerOf(caller)]));
  }

  /** The receiver at this address said that it is gone for good: nothing more is sent there. */
  async disableGone(id: string, url: string): Promise<void> {
    await this.sql.transaction(async (runner) => {
      const disabled = await runner.rows(statements.DISABLE_GONE, [id, url]);
      if (disabled.length === 0) return;
      await runner.rows(statements.CANCEL_OWED, [id]);
      logWarn('a webhook endpoint answered 410 and is disabled', { endpoint_id: id });
    });
  }

  /**
   * An endpoint that deliveries may be added to, locked until the transaction ends.
   * @throws Problem `not_found`, or `conflict` while it is disabled
   */
  async lockEnabled(runner: Runner, id: string, caller: Caller): Promise<EndpointRow> {
    const row = found(await runner.rows<EndpointRow>(statements.LOCK_ENDPOINT, [id, ownerOf(caller)]));
    if (row.enabled) return row;
    throw new Problem('conflict', 'This endpoint is disabled; enable it with PATCH first.');
  }

  /** What verifies the deliveries to an endpoint. */
  secretOf({ id, secret_version }: EndpointRow): string {
    return webhookSecret(this.config.apiKeyPepper, id, secret_version);
  }

  private async refuseForbidden(url: string): Promise<void> {
    const fault = await this.guard.faultNow(url);
    if (fault) throw refusal([{ pointer: '/url', ...fault }]);
  }
}

function ownerOf(caller: Caller): string | null {
  return seesAll(caller) ? null : caller.name;
}

function found<Row>([row]: Row[]): Row {
  if (row) return row;
  throw new Problem('not_found', 'There is no webhook endpoint with this id.');
}
