import { readFileSync } from 'node:fs';
import { urlOf } from './http/url';
import type { SimulatorOptions } from './simulator';
import { DEFAULT_SETTINGS, type SettingsPatch } from './state/settings';
import { InvalidSettings, mergeSettings } from './state/settings-rules';

type Environment = Record<string, string | undefined>;

/** Reads what `npm run simulator` is told. @throws Error that names the variable */
export function readEnvironment(env: Environment): SimulatorOptions {
  const port = Number(env.SIMULATOR_PORT || 3001);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error('SIMULATOR_PORT must be a port number');
  return {
    port,
    host: env.HOST || undefined,
    publicUrl: readPublicUrl(env.SIMULATOR_PUBLIC_URL),
    tls: readTls(env),
    dataDir: env.SIMULATOR_DATA_DIR || undefined,
    settings: readSettings(env.SIMULATOR_SETTINGS),
  };
}

function readPublicUrl(text: string | undefined): string | undefined {
  if (!text) return undefined;
  const url = urlOf(text);
  if (!url || !/^https?:$/.test(url.protocol) || /[?#@\s]/.test(text))
    throw new Error('SIMULATOR_PUBLIC_URL must be an http(s) address without a query, such as https://pay.example');
  return text;
}

function readTls(env: Environment): SimulatorOptions['tls'] {
  const cert = readPem(env, 'SIMULATOR_TLS_CERT');
  const key = readPem(env, 'SIMULATOR_TLS_KEY');
  if (cert === undefined && key === undefined) return undefined;
  if (cert !== undefined && key !== undefined) return { cert, key };
  throw new Error('SIMULATOR_TLS_CERT and SIMULATOR_TLS_KEY are set together or not at all');
}

function readPem(env: Environment, name: string): string | undefined {
  const path = env[name];
  if (!path) return undefined;
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new Error(`${name} names a file that cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}

function readSettings(text: string | undefined): SettingsPatch | undefined {
  if (!text) return undefined;
  try {
    const patch = JSON.parse(text) as SettingsPatch;
    mergeSettings(DEFAULT_SETTINGS, patch);
    return patch;
  } catch (error) {
    const why = error instanceof InvalidSettings ? error.message.replace(/^settings/, '') : ' must be JSON';
    throw new Error(`SIMULATOR_SETTINGS${why}`);
  }
}
