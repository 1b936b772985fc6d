import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The sender visits endpoint after endpoint and takes a few due deliveries of each, so that a backlog of one receiver is
 * never read through to find the others'. That needs the endpoint first in the index; nothing reads by time alone.
 */
export class ClaimDeliveriesByEndpoint1764100000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(
      `CREATE INDEX webhook_deliveries_pending_idx ON webhook_deliveries (endpoint_id, next_attempt_at) WHERE status = 'pending'`,
    );
    await db.query('DROP INDEX webhook_deliveries_next_attempt_at_idx');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(
      `CREATE INDEX webhook_deliveries_next_attempt_at_idx ON webhook_deliveries (next_attempt_at) WHERE status = 'pending'`,
    );
    await db.query('DROP INDEX webhook_deliveries_pending_idx');
  }
}
