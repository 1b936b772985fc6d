import { Injectable } from '@nestjs/common';
import { seesAll, type Caller } from '../auth/caller';
import { Problem } from '../common/problem';
import { Sql } from '../database/sql';
import { eventJson, type PublishedEvent } from './event';
import { FEED_OF_ALL, FEED_OF_CALLER, OLDEST } from './events.statements';

type Row = Omit<PublishedEvent, 'position'> & { position: string };

/** The feed: published events in the order of their positions. */
@Injectable()
export class EventsService {
  constructor(private readonly sql: Sql) {}

  /**
   * The JSON of one page: the events after a position, oldest first. A caller sees its own, an admin everybody's.
   * @param after undefined: from the oldest event there is
   * @throws Problem `position_gone` when events after this position are no longer kept
   */
  async page(caller: Caller, after: number | undefined, limit: number): Promise<string> {
    if (after !== undefined) await this.refuseGone(after);
    const events = await this.read(caller, after ?? 0, limit + 1);
    const page = events.slice(0, limit);
    const next = events.length > limit ? `"${page.at(-1)!.position}"` : 'null';
    return `{"data":[${page.map(eventJson).join(',')}],"next_cursor":${next}}`;
  }

  private async read(caller: Caller, after: number, limit: number): Promise<PublishedEvent[]> {
    const rows = seesAll(caller)
      ? await this.sql.rows<Row>(FEED_OF_ALL, [after, limit])
      : await this.sql.rows<Row>(FEED_OF_CALLER, [caller.name, after, limit]);
    return rows.map((row) => ({ ...row, position: Number(row.position) }));
  }

  // Nothing deletes events today; an operator who archives old ones must not make a reader skip them silently.
  private async refuseGone(after: number): Promise<void> {
    const [row] = await this.sql.rows<{ position: string | null }>(OLDEST, []);
    const oldest = row?.position;
    if (oldest === undefined || oldest === null || after + 1 >= Number(oldest)) return;
    throw new Problem('position_gone', `The feed begins at position ${oldest}; leave after out to start there.`);
  }
}
