import { configureLogger } from './common/logger';
import { ConfigFaults, loadConfig, readEnvironment } from './config/environment';
import { runProgram } from './program';
import { startGateway } from './start';

/** `npm start`: the gateway in production. Everything comes from the environment, or from a `.env` file beside it. */
void runProgram(async (stopping) => {
  const config = load();
  configureLogger(config.logLevel);
  return startGateway(config, { stopping });
});

function load(): ReturnType<typeof loadConfig> {
  try {
    return loadConfig(readEnvironment({ withFile: true }));
  } catch (error) {
    if (!(error instanceof ConfigFaults)) throw error;
    throw new ConfigFaults([...error.faults, 'To try the gateway without any configuration: npm run sandbox']);
  }
}
