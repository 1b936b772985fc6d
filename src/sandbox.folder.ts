import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ApiKeys } from './auth/api-keys.service';
import type { Scope } from './auth/caller';
import { notifySecretOf } from './auth/notify-secret';
import type { Config } from './config/config';
import { StartRefused } from './program';

/** What other programs on this machine need to use the sandbox; kept as `sandbox.json`, readable by its owner alone. */
export interface SandboxFile {
  gateway_url: string;
  simulator_url: string;
  docs_url: string;
  /** Of the caller `sandbox`, scope `payments`. */
  api_key: string;
  /** Of the caller `operator`, scope `admin`. */
  admin_key: string;
  /** Signs the notifications that drop-in orders of `sandbox` get. */
  notify_secret: string;
}

const OWNER_ONLY = { mode: 0o600 };

/** Makes the folder. @returns the pepper kept in it @throws StartRefused where it cannot be written */
export function openSandboxFolder(dataDir: string): string {
  const file = join(dataDir, 'pepper');
  try {
    mkdirSync(dataDir, { recursive: true });
    if (!existsSync(file)) writeFileSync(file, randomBytes(32).toString('base64url'), OWNER_ONLY);
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new StartRefused(`DATA_DIR ${dataDir} cannot be used (${(error as NodeJS.ErrnoException).code}).`);
  }
}

/** Writes `sandbox.json`; its keys stay the same for as long as they work. */
export async function keepSandboxFile(config: Config, apiKeys: ApiKeys, simulatorUrl: string): Promise<SandboxFile> {
  const path = join(config.dataDir, 'sandbox.json');
  const before = read(path);
  const file: SandboxFile = {
    gateway_url: config.publicUrl,
    simulator_url: simulatorUrl,
    docs_url: `${config.publicUrl}/docs`,
    api_key: await keyOf(apiKeys, before.api_key, 'sandbox', ['payments']),
    admin_key: await keyOf(apiKeys, before.admin_key, 'operator', ['admin']),
    notify_secret: notifySecretOf(config.apiKeyPepper, 'sandbox'),
  };
  writeFileSync(path, `${JSON.stringify(file, undefined, 2)}\n`, OWNER_ONLY);
  return file;
}

function read(path: string): Partial<SandboxFile> {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Partial<SandboxFile>;
  } catch {
    return {};
  }
}

async function keyOf(apiKeys: ApiKeys, known: string | undefined, caller: string, scopes: Scope[]): Promise<string> {
  if (known !== undefined && (await apiKeys.find(known))) return known;
  return (await apiKeys.create(caller, scopes)).key;
}
