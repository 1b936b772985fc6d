import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Always empty. After a write failed for want of room, a probe of readiness writes here as much as makes the table grow, and rolls back: only that shows
 * that there is room again. A row that is changed in place needs none.
 */
export class ProveWrites1764610000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query('CREATE TABLE write_probes (filler text NOT NULL)');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE write_probes');
  }
}
