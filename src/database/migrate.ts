import { DataSource } from 'typeorm';
import { CreateTables1764000000000 } from '../../migrations/1764000000000-create-tables';
import { ShareSlots1764000100000 } from '../../migrations/1764000100000-share-slots';
import { ClaimDeliveriesByEndpoint1764100000000 } from '../../migrations/1764100000000-claim-deliveries-by-endpoint';
import { ResetAndTestDeliveries1764200000000 } from '../../migrations/1764200000000-reset-and-test-deliveries';
import { CountRequests1764300000000 } from '../../migrations/1764300000000-count-requests';
import { DatePauses1764310000000 } from '../../migrations/1764310000000-date-pauses';
import { LightenChecks1764400000000 } from '../../migrations/1764400000000-lighten-checks';
import { ClaimPaymentsBySite1764500000000 } from '../../migrations/1764500000000-claim-payments-by-site';
import { ProveWrites1764610000000 } from '../../migrations/1764610000000-prove-writes';
import { connectionTo, DatabaseClient } from './client';
import { TellErrorsByKey1764620000000 } from '../../migrations/1764620000000-tell-errors-by-key';
import { FollowDevices1764620100000 } from '../../migrations/1764620100000-follow-devices';
import type { Runner } from './sql';

/** Every migration, oldest first. */
export const MIGRATIONS = [
  CreateTables1764000000000,
  ShareSlots1764000100000,
  ClaimDeliveriesByEndpoint1764100000000,
  ResetAndTestDeliveries1764200000000,
  CountRequests1764300000000,
  DatePauses1764310000000,
  LightenChecks1764400000000,
  ClaimPaymentsBySite1764500000000,
  ProveWrites1764610000000,
  TellErrorsByKey1764620000000,
  FollowDevices1764620100000,
];

// Any number: it only has to be the same in every replica.
const MIGRATION_LOCK = 7_401_235;
const UNDEFINED_TABLE = '42P01';

const APPLIED = {
  name: 'migrations_applied',
  text: 'SELECT count(DISTINCT name)::int AS applied FROM migrations WHERE name = ANY($1)',
};

/** Whether the schema is up to date. A database that was never migrated has no list of migrations: false. */
export async function isMigrated(runner: Runner): Promise<boolean> {
  const [row] = await runner
    .rows<{ applied: number }>(APPLIED, [MIGRATIONS.map(({ name }) => name)])
    .catch((error: unknown) => {
      if ((error as { code?: string }).code === UNDEFINED_TABLE) return [];
      throw error;
    });
  return row !== undefined && row.applied === MIGRATIONS.length;
}

/**
 * Brings the schema up to date, once, also when several replicas start together: an advisory lock lets one migrate while
 * the others wait and then find nothing to do.
 * @returns the names of the migrations that this call applied, oldest first
 */
export async function runMigrations(databaseUrl: string): Promise<string[]> {
  const source = new DataSource({
    type: 'postgres',
    migrations: MIGRATIONS,
    migrationsTableName: 'migrations',
    poolSize: 2,
    extra: { ...connectionTo(databaseUrl), Client: DatabaseClient },
  });
  await source.initialize();
  const runner = source.createQueryRunner();
  try {
    await runner.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    return (await source.runMigrations({ transaction: 'each' })).map(({ name }) => name);
  } finally {
    await runner.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]).catch(() => undefined);
    await runner.release();
    await source.destroy();
  }
}
