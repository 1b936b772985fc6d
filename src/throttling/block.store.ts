import { Injectable } from '@nestjs/common';
import { Sql } from '../database/sql';
import type { Statement } from '../database/sql';
import type { Block } from './key.count';

// A key's window starts with its first request after the window before. $1 key, $2 block, $3 milliseconds of a window. The clock is
// read once, in VALUES: two readings could fall on both sides of the window's end.
const TAKE: Statement = {
  name: 'throttle_take',
  text: `INSERT INTO throttle_counts AS c (key_id, window_started_at, taken) VALUES ($1, clock_timestamp(), $2)
    ON CONFLICT (key_id) DO UPDATE SET
      window_started_at = CASE WHEN c.window_started_at <= excluded.window_started_at - $3 * interval '1 ms'
        THEN excluded.window_started_at ELSE c.window_started_at END,
      taken = CASE WHEN c.window_started_at <= excluded.window_started_at - $3 * interval '1 ms'
        THEN excluded.taken ELSE c.taken + excluded.taken END
    RETURNING taken::float8 AS taken,
      (extract(epoch FROM window_started_at - clock_timestamp()) * 1000 + $3)::float8 AS ends_in_ms`,
};

// $1 this process, $2 milliseconds after which a silent one counts as gone.
const BEAT: Statement = {
  name: 'throttle_beat',
  text: `WITH beat AS (
      INSERT INTO throttle_replicas (replica_id, seen_at) VALUES ($1, clock_timestamp())
      ON CONFLICT (replica_id) DO UPDATE SET seen_at = excluded.seen_at)
    SELECT count(*)::int AS others FROM throttle_replicas
      WHERE replica_id <> $1 AND seen_at > clock_timestamp() - $2 * interval '1 ms'`,
};
const LEAVE: Statement = {
  name: 'throttle_leave',
  text: `DELETE FROM throttle_replicas WHERE replica_id = $1 OR seen_at < clock_timestamp() - interval '1 hour'`,
};

/** What replicas share to keep one limit, on Postgres' clock. */
@Injectable()
export class BlockStore {
  constructor(private readonly sql: Sql) {}

  /** Takes `size` requests out of a key's window, or what is left of it. */
  async take(key: string, size: number, limit: number, windowMs: number): Promise<Block> {
    const [row] = await this.sql.rows<{ taken: number; ends_in_ms: number }>(TAKE, [key, size, windowMs]);
    const { taken, ends_in_ms: endsInMs } = row!;
    const granted = Math.min(size, Math.max(0, limit - (taken - size)));
    return { granted, remaining: Math.max(0, limit - taken), endsInMs };
  }

  /** Says that this replica lives. @returns how many others do */
  async beat(replica: string, silentMs: number): Promise<number> {
    const [row] = await this.sql.rows<{ others: number }>(BEAT, [replica, silentMs]);
    return row!.others;
  }

  async leave(replica: string): Promise<void> {
    await this.sql.rows(LEAVE, [replica]);
  }
}
