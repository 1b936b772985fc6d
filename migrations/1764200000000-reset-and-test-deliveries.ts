import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A delivery can be asked for again, and the schedule then starts anew while its attempts go on counting. A test delivery
 * has no event behind it: what it carries is derived from its own row.
 */
export class ResetAndTestDeliveries1764200000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`ALTER TABLE webhook_deliveries
      -- How many attempts there were when the present schedule began.
      ADD COLUMN attempts_at_reset integer NOT NULL DEFAULT 0,
      ADD COLUMN is_test boolean NOT NULL DEFAULT false`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('ALTER TABLE webhook_deliveries DROP COLUMN attempts_at_reset, DROP COLUMN is_test');
  }
}
