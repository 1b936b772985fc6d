import { runMigrations } from '../database/migrate';
import type { Scene } from './scene';

/** `migrate`: safe to run again, and beside running replicas. */
export async function migrate({ config, print }: Scene): Promise<void> {
  await runMigrations(config.databaseUrl.reveal());
  print('The schema is up to date.');
}
