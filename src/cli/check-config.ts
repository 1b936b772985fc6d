import { Client, type QueryResultRow } from 'pg';
import type { Config } from '../config/config';
import { warningsOf } from '../config/warnings';
import { purposeOf } from '../database/purpose';
import type { Runner, Statement } from '../database/sql';
import { tryListening } from '../listening';
import { judgeDatabase } from '../start';
import type { Scene } from './scene';

/** `check-config`: what start would find wrong, without starting or writing. Faults of single variables were told before this runs. */
export async function checkConfig({ config, print }: Scene): Promise<void> {
  const taken = await tryListening(config);
  if (taken !== undefined) print(`Warning: ${taken}`);
  const client = new Client({ connectionString: config.databaseUrl.reveal(), connectionTimeoutMillis: 3_000 });
  await client.connect();
  try {
    await checkDatabase(client, config, print);
  } finally {
    await client.end();
  }
  for (const { site_id, currency, default: isDefault } of config.sites)
    print(`Site ${site_id} collects ${currency}${isDefault ? ' by default' : ''}.`);
  for (const line of warningsOf(config)) print(`Warning: ${line}.`);
  print('The configuration is complete.');
}

async function checkDatabase(client: Client, config: Config, print: Scene['print']): Promise<void> {
  const sql: Runner = {
    rows: async <Row extends QueryResultRow>(statement: Statement, values: unknown[]) =>
      (await client.query<Row>({ ...statement, values })).rows,
  };
  const version = { name: 'server_version', text: 'SHOW server_version' };
  const [server] = await sql.rows<{ server_version: string }>(version, []);
  print(`Postgres ${server!.server_version.split(' ')[0]} answers.`);
  const tables = { name: 'is_migrated', text: `SELECT to_regclass('deployment') IS NOT NULL AS found` };
  const [migrated] = await sql.rows<{ found: boolean }>(tables, []);
  if (migrated!.found) return judgeDatabase(config, sql, await purposeOf(sql));
  print('The database is empty: start or npm run cli -- migrate makes its tables.');
}
