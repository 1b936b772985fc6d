import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the lanes of a site's budget share, and the number that tells a call which pause it was made before. */
export class ShareSlots1764000100000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`ALTER TABLE site_states
      -- Counts pauses and resumes: a slot or an answer with an older number is from before.
      ADD COLUMN pause_number integer NOT NULL DEFAULT 0,
      -- Initiations that got slots without a check between: every fifth slot belongs to checks.
      ADD COLUMN initiations_since_check integer NOT NULL DEFAULT 0,
      -- A woken check got no slot: scheduled ones leave the next to it until then.
      ADD COLUMN woken_waiting_until timestamptz`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`ALTER TABLE site_states
      DROP COLUMN pause_number, DROP COLUMN initiations_since_check, DROP COLUMN woken_waiting_until`);
  }
}
