import type { INestApplicationContext } from '@nestjs/common';
import { ApiKeys } from '../auth/api-keys.service';
import type { Scope } from '../auth/caller';
import { ERROR_STATUSES, type ErrorStatus } from '../config/config';
import { notifySecretOf } from '../auth/notify-secret';
import { Failed, Misused, type Scene } from './scene';

/** `keys create <caller> [--scopes a,b] [--error-status 200]` */
export async function createKey(app: INestApplicationContext, scene: Scene): Promise<void> {
  const { config, positionals, options, print } = scene;
  const scopes = (options.scopes ?? 'payments').split(',').map((scope) => scope.trim()) as Scope[];
  const errorStatus = errorStatusOf(options['error-status']);
  const { key, row } = await app.get(ApiKeys).create(positionals[0]!, scopes, errorStatus);
  print(`key            ${key}`);
  print(`id             ${row.id}`);
  print(`caller         ${row.caller}`);
  print(`scopes         ${row.scopes.join(', ')}`);
  if (row.error_status !== null)
    print(`error_status   ${row.error_status}   (HTTP status of errors of the drop-in API)`);
  print(
    `notify_secret  ${notifySecretOf(config.apiKeyPepper, row.caller)}   (verifies the x-token of drop-in notifications)`,
  );
  print('This is the only time the key is shown.');
}

function errorStatusOf(written: string | undefined): ErrorStatus | null {
  if (written === undefined) return null;
  const status = ERROR_STATUSES.find((one) => String(one) === written);
  if (status === undefined) throw new Misused(`--error-status takes ${ERROR_STATUSES.join(' or ')}.`);
  return status;
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
export async function revokeKey(app: INestApplicationContext, scene: Scene): Promise<void> {
  const wanted = scene.positionals[0]!;
  const row = await app.get(ApiKeys).revoke(wanted);
  if (!row) throw new Failed(`No live key has the id or the prefix ${wanted}.`);
  scene.print(`The key ${row.id} of ${row.caller} is revoked; every replica refuses it within 5 s.`);
}
