import type { MigrationInterface, QueryRunner } from 'typeorm';

/** By name: what follows the site in the index, and of which rows. */
const BY_SITE = {
  transactions_site_id_next_initiation_at_idx: ['next_initiation_at', 'next_initiation_at IS NOT NULL'],
  transactions_site_id_next_check_at_idx: ['next_check_at', 'next_check_at IS NOT NULL'],
  transactions_site_id_woken_idx: ['next_check_at', 'next_check_at IS NOT NULL AND woken_at IS NOT NULL'],
};
const BY_TIME = {
  transactions_next_initiation_at_idx: ['next_initiation_at', 'next_initiation_at IS NOT NULL'],
  transactions_next_check_at_idx: ['next_check_at', 'next_check_at IS NOT NULL'],
  transactions_woken_idx: ['next_check_at', 'next_check_at IS NOT NULL AND woken_at IS NOT NULL'],
};

/**
 * Each site has lanes of its own, which claim its payments alone: the backlog of a site that is paused must not be read through, several times a
 * second, to find what is due of the others. That needs the site first in the index.
 */
export class ClaimPaymentsBySite1764500000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    for (const [name, [column, rows]] of Object.entries(BY_SITE))
      await db.query(`CREATE INDEX ${name} ON transactions (site_id, ${column}) WHERE ${rows}`);
    for (const name of Object.keys(BY_TIME)) await db.query(`DROP INDEX ${name}`);
  }

  async down(db: QueryRunner): Promise<void> {
    for (const [name, [column, rows]] of Object.entries(BY_TIME))
      await db.query(`CREATE INDEX ${name} ON transactions (${column}) WHERE ${rows}`);
    for (const name of Object.keys(BY_SITE)) await db.query(`DROP INDEX ${name}`);
  }
}
