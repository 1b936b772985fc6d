import { startSimulator, type SimulatorOptions } from './simulator';
import { DEMO_SITES, type SettingsPatch, type Site } from './state/settings';

/** `npm run simulator`: SIMULATOR_PORT, HOST, SIMULATOR_DATA_DIR, and SIMULATOR_SETTINGS (JSON). */
async function main(): Promise<void> {
  const options = readEnvironment(process.env);
  const simulator = await startSimulator(options);
  const sites = options.settings?.sites ?? DEMO_SITES;
  console.log(`CinetPay simulator on ${simulator.url} (how to use it: open that address)`);
  console.log(sites.map(siteLine).join('\n'));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void simulator.close().then(() => process.exit(0)));
  }
}

function readEnvironment(env: NodeJS.ProcessEnv): SimulatorOptions {
  const port = Number(env.SIMULATOR_PORT ?? 3001);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error('SIMULATOR_PORT must be a port number');
  return { port, host: env.HOST, dataDir: env.SIMULATOR_DATA_DIR, settings: readSettings(env.SIMULATOR_SETTINGS) };
}

function readSettings(text: string | undefined): SettingsPatch | undefined {
  try {
    return text ? (JSON.parse(text) as SettingsPatch) : undefined;
  } catch {
    throw new Error('SIMULATOR_SETTINGS must be JSON');
  }
}

function siteLine({ currency, site_id, apikey, secret_key }: Site): string {
  return `  ${currency}  site_id ${site_id}  apikey ${apikey}  secret_key ${secret_key}`;
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
