import { Injectable } from '@nestjs/common';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import type { PoolClient } from 'pg';
import { logInfo } from '../common/logger';
import { Poller } from '../common/poller';
import { Config } from '../config/config';
import { Sql } from '../database/sql';
import { WorkSignal } from '../database/work-signal';
import { PUBLISH, PUBLISH_BATCH } from './events.statements';

// Any number: it only has to be the same in every replica.
const PUBLISHER_LOCK = 7_401_236;
/** Milliseconds until a replica asks again whether there is work, or whether it may lead (our choice). */
const IDLE_MS = 1_000;
/** Our choice: what happens within this time gets its positions in one commit. */
const REST_MS = 50;
// A leader whose machine vanishes leaves a connection, and its lock, that only these let Postgres end: after 10 + 3 × 3 s. One that stands still asks
// nothing for ten seconds, where it asks every second otherwise.
const KEEPALIVE = `SELECT set_config('tcp_keepalives_idle', '10', false), set_config('tcp_keepalives_interval', '3', false),
  set_config('tcp_keepalives_count', '3', false), set_config('idle_session_timeout', '10s', false)`;

/**
 * Gives committed events their positions and their deliveries. One publisher leads over all replicas: it holds an
 * advisory lock and publishes on that very connection, so that the two end together. Should two ever overlap, the unique
 * index on positions makes one of them fail and try again.
 */
@Injectable()
export class EventPublisher implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly poller = new Poller({
    ...{ name: 'event publisher', idleMs: IDLE_MS, restMs: REST_MS },
    round: () => this.round(),
  });
  private connection: PoolClient | undefined;
  private stopListening: (() => void) | undefined;

  constructor(
    private readonly sql: Sql,
    private readonly signal: WorkSignal,
    private readonly config: Config,
  ) {}

  onApplicationBootstrap(): void {
    if (!this.config.roles.includes('worker')) return;
    this.stopListening = this.signal.on('event', () => this.hear());
    this.poller.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopListening?.();
    await this.poller.stop();
    this.resign();
  }

  /** Whether this process publishes at present; for probes and metrics. */
  get leads(): boolean {
    return this.connection !== undefined;
  }

  // Others need not hear what the leader has heard.
  private hear(): boolean {
    this.poller.nudge();
    return this.leads;
  }

  private async round(): Promise<boolean> {
    const connection = this.connection ?? (await this.lead());
    if (!connection) return false;
    try {
      const { rows } = await connection.query<{ events: number; deliveries: number }>({ ...PUBLISH });
      const { events, deliveries } = rows[0]!;
      if (deliveries > 0) this.signal.nudge('delivery');
      return events === PUBLISH_BATCH;
    } catch (error) {
      this.resign();
      throw error;
    }
  }

  private async lead(): Promise<PoolClient | undefined> {
    const connection = await this.sql.connect();
    const lost = (): void => {
      if (this.connection === connection) this.resign();
    };
    try {
      const { rows } = await connection.query<{ granted: boolean }>('SELECT pg_try_advisory_lock($1) AS granted', [
        PUBLISHER_LOCK,
      ]);
      if (!rows[0]?.granted) {
        connection.release();
        return undefined;
      }
      await connection.query(KEEPALIVE);
    } catch (error) {
      connection.release(true);
      throw error;
    }
    connection.on('error', lost);
    connection.on('end', lost);
    logInfo('publishes events');
    return (this.connection = connection);
  }

  // The connection is closed, not given back: its end is what frees the lock.
  private resign(): void {
    const connection = this.connection;
    this.connection = undefined;
    connection?.release(true);
  }
}
