import { examineDatabase } from '../database/examination';
import { runMigrations } from '../database/migrate';
import type { Scene } from './scene';

/** `migrate`: safe to run again, and beside running replicas. */
export async function migrate({ config, print }: Scene): Promise<void> {
  const url = config.databaseUrl.reveal();
  const { isEmpty } = await examineDatabase(url, 1);
  const applied = await runMigrations(url);
  if (applied.length === 0) return print('The schema is up to date.');
  print(isEmpty ? 'The database was empty: its tables are made.' : `Applied ${applied.join(', ')}.`);
  print('The schema is up to date.');
}
