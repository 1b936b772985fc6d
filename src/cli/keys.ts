import { parseArgs } from 'node:util';
import type { INestApplicationContext } from '@nestjs/common';
import { ApiKeys } from '../auth/api-keys.service';
import type { Scope } from '../auth/caller';
import { notifySecretOf } from '../auth/notify-secret';
import { Misused, type Scene } from './scene';

/** `keys create <caller> [--scopes a,b]` */
export async function createKey(app: INestApplicationContext, { config, args, print }: Scene): Promise<void> {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { scopes: { type: 'string' } } });
  const [caller] = positionals;
  if (caller === undefined) throw new Misused('keys create needs the name of the service that will call.');
  const scopes = (values.scopes ?? 'payments').split(',') as Scope[];
  const { key, row } = await app.get(ApiKeys).create(caller, scopes);
  print(`key            ${key}`);
  print(`id             ${row.id}`);
  print(`caller         ${row.caller}`);
  print(`scopes         ${row.scopes.join(', ')}`);
  print(
    `notify_secret  ${notifySecretOf(config.apiKeyPepper, row.caller)}   (verifies the x-token of drop-in notifications)`,
  );
  print('This is the only time the key is shown.');
}

/** `keys list` */
export async function listKeys(app: INestApplicationContext, { print }: Scene): Promise<void> {
  for (const row of await app.get(ApiKeys).list()) {
    const state = row.revoked_at ? `revoked ${row.revoked_at.toISOString()}` : 'live';
    print(
      [row.id, `cpk_${row.prefix}…`, row.caller, row.scopes.join(','), row.created_at.toISOString(), state].join('  '),
    );
  }
}

/** `keys revoke <id or prefix>` */
export async function revokeKey(app: INestApplicationContext, { args, print }: Scene): Promise<void> {
  const [wanted] = args;
  if (wanted === undefined) throw new Misused('keys revoke needs the id or the prefix that keys list shows.');
  const row = await app.get(ApiKeys).revoke(wanted);
  if (!row) throw new Misused(`No live key has the id or the prefix ${wanted}.`);
  print(`The key ${row.id} of ${row.caller} is revoked; every replica refuses it within 5 s.`);
}
