import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Some of CinetPay's clients lose the code of an answer that is not HTTP 200: their keys may carry the status of errors. */
export class TellErrorsByKey1764620000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`ALTER TABLE api_keys ADD error_status integer,
      ADD CONSTRAINT api_keys_error_status_check CHECK (error_status IN (200, 400))`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('ALTER TABLE api_keys DROP error_status');
  }
}
