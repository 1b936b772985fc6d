import { join } from 'node:path';
import { startSimulator } from '../simulator/simulator';
import { ApiKeys } from './auth/api-keys.service';
import { configureLogger } from './common/logger';
import { readEnvironment } from './config/environment';
import { startEmbeddedPostgres } from './database/embedded-postgres';
import { listenRefused } from './listening';
import { runProgram, type Program } from './program';
import { bannerOf } from './sandbox.banner';
import { loadSandboxConfig, STAND_INS } from './sandbox.config';
import { keepSandboxFile, openSandboxFolder } from './sandbox.folder';
import { startGateway } from './start';

/** `npm run sandbox`: Postgres, a CinetPay of our own and the gateway in one process, with everything kept in DATA_DIR. */
void runProgram(async () => {
  const opened: Program[] = [];
  const stop = async (): Promise<void> => {
    for (const part of opened.toReversed()) await part.stop();
  };
  try {
    await start(readEnvironment({ withFile: false }), opened);
  } catch (error) {
    await stop();
    throw error;
  }
  return { stop };
});

/** Everything it opens is added to `opened`, to be stopped in the opposite order. */
async function start(env: Record<string, string | undefined>, opened: Program[]): Promise<void> {
  // Read with stand-ins first, so that a bad variable is told before anything starts.
  const { dataDir, logLevel, simulatorPort } = loadSandboxConfig({ LOG_LEVEL: 'warn', ...env }, STAND_INS);
  configureLogger(logLevel);
  const pepper = openSandboxFolder(dataDir);
  const postgres = env.DATABASE_URL ? undefined : await startEmbeddedPostgres({ dataDir });
  if (postgres) opened.push(postgres);
  const simulation = { port: simulatorPort, dataDir: join(dataDir, 'simulator') };
  const simulator = await startSimulator(simulation).catch((error: Error) => {
    throw listenRefused(error, { host: '127.0.0.1', port: simulatorPort }, 'SIMULATOR_PORT');
  });
  opened.push({ stop: () => simulator.close() });
  const databaseUrl = postgres?.databaseUrl ?? env.DATABASE_URL!;
  const config = loadSandboxConfig(env, { databaseUrl, simulatorUrl: simulator.url, pepper });
  const gateway = await startGateway(config);
  opened.push(gateway);
  // With PORT=0 the address is known only now.
  if (!env.PUBLIC_URL) config.publicUrl = gateway.url;
  const file = await keepSandboxFile(config, gateway.app.get(ApiKeys), simulator.url);
  process.stdout.write(bannerOf(file, dataDir, postgres?.where.moved ? postgres.where.cluster : undefined));
}
