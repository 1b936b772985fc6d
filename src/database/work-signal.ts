import { once } from 'node:events';
import { Injectable } from '@nestjs/common';
import type { BeforeApplicationShutdown } from '@nestjs/common';
import { pause } from '../common/clock';
import { logWarn, storageFields } from '../common/logger';
import { Sql } from './sql';

/** The kinds of work that one part of the service leaves for another. */
export type Work = 'initiation' | 'check' | 'event' | 'delivery' | 'device';

/** Hears that there may be work. True when this process does all of it, and no other replica has to hear of it. */
type Listener = () => boolean | void;

const CHANNEL = 'gateway_work';
const QUIET_MS = 50;

/**
 * Tells workers that there is something to do: those of this process at once, and where they do not do all of it, those of other
 * replicas by NOTIFY, at most once in 50 ms a kind. A hint only: what is due is in the rows, and every worker polls as well.
 */
@Injectable()
export class WorkSignal implements BeforeApplicationShutdown {
  private readonly listeners = new Map<Work, Set<Listener>>();
  private readonly quiet = new Map<Work, boolean>();
  private readonly stopping = new AbortController();
  private listening: Promise<void> | undefined;

  constructor(private readonly sql: Sql) {}

  /** Calls `listener` whenever there may be work of this kind. Returns how to stop that. */
  on(work: Work, listener: Listener): () => void {
    const set = this.listeners.get(work) ?? new Set();
    this.listeners.set(work, set.add(listener));
    this.listening ??= this.listen();
    return () => set.delete(listener);
  }

  /** There is work of this kind, committed. Never throws and never waits. */
  nudge(work: Work): void {
    if (this.wakeLocal(work)) return;
    const waiting = this.quiet.get(work);
    if (waiting !== undefined) return void this.quiet.set(work, true);
    this.announce(work);
  }

  // Before TypeORM's own shutdown, whose pool waits for this connection to come back.
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.listening;
  }

  private announce(work: Work): void {
    this.quiet.set(work, false);
    void this.sql
      .rows({ name: 'work_signal', text: 'SELECT pg_notify($1, $2)' }, [CHANNEL, work])
      .catch(() => undefined);
    setTimeout(() => {
      const again = this.quiet.get(work);
      this.quiet.delete(work);
      if (again && !this.stopping.signal.aborted) this.announce(work);
    }, QUIET_MS).unref();
  }

  private wakeLocal(work: Work): boolean {
    let isTaken = false;
    for (const listener of this.listeners.get(work) ?? []) isTaken = listener() === true || isTaken;
    return isTaken;
  }

  private async listen(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      try {
        await this.listenOnce();
      } catch (fault) {
        if (!this.stopping.signal.aborted) logWarn('lost the LISTEN connection, polling goes on', storageFields(fault));
      }
      await pause(1_000, this.stopping.signal);
    }
  }

  private async listenOnce(): Promise<void> {
    const connection = await this.sql.connect();
    try {
      connection.on('notification', (message) => void this.wakeLocal(message.payload as Work));
      const over = once(connection, 'end', { signal: this.stopping.signal });
      await Promise.all([over, connection.query(`LISTEN ${CHANNEL}`)]);
    } finally {
      // Also where Postgres refuses to listen, as a standby does: a connection kept then would be one less for everybody, each second.
      connection.release(true);
    }
  }
}
