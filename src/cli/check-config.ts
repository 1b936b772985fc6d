import type { Config } from '../config/config';
import { warningsOf } from '../config/warnings';
import { examineDatabase } from '../database/examination';
import { purposeOf } from '../database/purpose';
import { tryListening } from '../listening';
import { judgeDatabase } from '../start';
import type { Scene } from './scene';

/**
 * `check-config`: what start would find wrong, by the same looks, without starting or writing. Faults of single variables were told before this runs.
 */
export async function checkConfig({ config, print }: Scene): Promise<void> {
  const taken = await tryListening(config);
  if (taken !== undefined) print(`Warning: ${taken}`);
  await checkDatabase(config, print);
  for (const { site_id, currency, default: isDefault } of config.sites)
    print(`Site ${site_id} collects ${currency}${isDefault ? ' by default' : ''}.`);
  for (const line of warningsOf(config)) print(`Warning: ${line}.`);
  print('The configuration is complete.');
}

async function checkDatabase(config: Config, print: Scene['print']): Promise<void> {
  const url = config.databaseUrl.reveal();
  const { warnings } = await examineDatabase(url, config.databasePool, async (sql, { version, isEmpty }) => {
    print(`Postgres ${version} answers.`);
    if (isEmpty) return print('The database is empty: start or npm run cli -- migrate makes its tables.');
    await judgeDatabase(config, sql, await purposeOf(sql));
  });
  for (const warning of warnings) print(`Warning: ${warning}.`);
}
