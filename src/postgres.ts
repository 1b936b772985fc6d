import { startEmbeddedPostgres } from './database/embedded-postgres';
import { runProgram } from './program';
import { configureLogger } from './common/logger';

/**
 * The embedded Postgres by itself, for programs that import nothing of src (bench/): prints its address as one line of JSON, and stops when its
 * standard input ends, so that it never outlives whoever started it.
 */
void runProgram(async () => {
  const dataDir = process.argv[2];
  if (dataDir === undefined) throw new Error('postgres needs a data folder');
  // By the time of the stop nobody may read any more: a line would break on its way, and the stop with it.
  configureLogger('silent');
  const server = await startEmbeddedPostgres({ dataDir });
  process.stdout.write(`${JSON.stringify({ database_url: server.databaseUrl })}\n`);
  // Not by a signal to ourselves: with its input gone, nothing keeps this process alive until the signal arrives.
  const stop = (): void => void server.stop().finally(() => process.exit(0));
  process.stdin.on('error', () => undefined).once('close', stop);
  process.stdin.resume();
  return server;
});
