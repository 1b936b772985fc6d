import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A page that runs CinetPay's script gets a new device id with each new socket; CinetPay shows the end to the device that it was told of last. */
export class FollowDevices1764620100000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`CREATE TABLE device_moves (
      transaction_id text NOT NULL,
      site_id text NOT NULL,
      -- The device that CinetPay knows, and the one that the page has now.
      told_device_id text NOT NULL,
      device_id text NOT NULL,
      told_at timestamptz,
      -- NULL: there is nothing to tell, or it was given up.
      next_attempt_at timestamptz,
      attempts integer NOT NULL DEFAULT 0,
      lease_until timestamptz,
      created_at timestamptz NOT NULL DEFAULT now(),
      CONSTRAINT device_moves_pkey PRIMARY KEY (transaction_id)
    )`);
    await db.query('CREATE INDEX device_moves_device_id_idx ON device_moves (device_id)');
    await db.query(`CREATE INDEX transactions_device_id_idx ON transactions ((drop_in ->> 'device_id'))
      WHERE (drop_in ->> 'device_id') IS NOT NULL`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP INDEX transactions_device_id_idx');
    await db.query('DROP TABLE device_moves');
  }
}
