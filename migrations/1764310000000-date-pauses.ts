import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Operators want to know how long a site has been paused; a pause that a failed probe renews is still the same. */
export class DatePauses1764310000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query('ALTER TABLE site_states ADD COLUMN paused_since timestamptz');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('ALTER TABLE site_states DROP COLUMN paused_since');
  }
}
