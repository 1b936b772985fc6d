import { Client } from 'pg';
import { isPlainAndFar, namesLocalhost } from '../config/environment';
import type { Scene } from './scene';

/** `check-config`: what start would find wrong, without starting. Faults of single variables were told before this runs. */
export async function checkConfig({ config, print }: Scene): Promise<void> {
  const client = new Client({ connectionString: config.databaseUrl.reveal(), connectionTimeoutMillis: 3_000 });
  await client.connect();
  const { rows } = await client.query<{ server_version: string }>('SHOW server_version');
  await client.end();
  print(`Postgres ${rows[0]?.server_version.split(' ')[0]} answers.`);
  for (const { site_id, currency, default: isDefault } of config.sites)
    print(`Site ${site_id} collects ${currency}${isDefault ? ' by default' : ''}.`);
  if (namesLocalhost(config.publicUrl)) print('Warning: PUBLIC_URL names localhost; CinetPay refuses such orders.');
  if (isPlainAndFar(config.publicUrl)) print('Warning: PUBLIC_URL is plain http.');
  if (isPlainAndFar(config.cinetpayBaseUrl)) print('Warning: CINETPAY_BASE_URL is plain http.');
  print('The configuration is complete.');
}
