import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What replicas share to keep one limit per API key. */
export class CountRequests1764300000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    // Unlogged: written often, worth nothing after a window. A crash of Postgres empties them, and counting starts anew.
    await db.query(`CREATE UNLOGGED TABLE throttle_counts (
      -- An id of api_keys.
      key_id text NOT NULL,
      window_started_at timestamptz NOT NULL,
      -- Requests handed out to replicas in this window; it may pass the limit.
      taken bigint NOT NULL,
      CONSTRAINT throttle_counts_pkey PRIMARY KEY (key_id)
    ) WITH (fillfactor = 50)`);
    await db.query(`CREATE UNLOGGED TABLE throttle_replicas (
      -- Of one run of one process.
      replica_id text NOT NULL,
      seen_at timestamptz NOT NULL,
      CONSTRAINT throttle_replicas_pkey PRIMARY KEY (replica_id)
    ) WITH (fillfactor = 50)`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE throttle_counts, throttle_replicas');
  }
}
