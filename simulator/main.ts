import { readEnvironment } from './environment';
import { startSimulator } from './simulator';
import type { Site } from './state/settings';

/**
 * `npm run simulator`: SIMULATOR_PORT, HOST, SIMULATOR_PUBLIC_URL, SIMULATOR_TLS_CERT and SIMULATOR_TLS_KEY (PEM files),
 * SIMULATOR_DATA_DIR, and SIMULATOR_SETTINGS (JSON).
 */
async function main(): Promise<void> {
  const options = readEnvironment(process.env);
  const simulator = await startSimulator(options);
  console.log(`CinetPay simulator on ${options.publicUrl ?? simulator.url} (how to use it: open that address)`);
  console.log(simulator.settings().sites.map(siteLine).join('\n'));
  if (simulator.settingsKept()) console.log('  settings of an earlier run are in force: POST /_sim/reset ends them');
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void simulator.close().then(() => process.exit(0)));
  }
}

function siteLine({ currency, site_id, apikey, secret_key }: Site): string {
  return `  ${currency}  site_id ${site_id}  apikey ${apikey}  secret_key ${secret_key}`;
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
