import { connectionsOf } from './app.connections';
import { createApp } from './app.setup';
import { pause } from './common/clock';
import { logInfo, logWarn, nestLogger } from './common/logger';
import type { CrashPoints } from './common/crash-points';
import type { Config } from './config/config';
import { warningsOf } from './config/warnings';
import { Sql, type Runner } from './database/sql';
import { isMigrated, runMigrations } from './database/migrate';
import { Readiness } from './health/readiness';
import { hostInUrl, listenRefused } from './listening';
import { StartRefused, type Program } from './program';
import { missingSites } from './sites/missing-sites';
import { claimPurpose, type Purpose } from './database/purpose';

/** How long load balancers may need to see that we are not ready any more (our choice: a probe a second, and one lost). */
const DRAIN_MS = 2_000;
/** Then for so long connections that are idle may bring one more request (our choice). */
const LAST_REQUEST_MS = 2_000;

/** A gateway that listens. */
export interface RunningGateway extends Program {
  /** Where it listens, for this machine. */
  url: string;
  app: Awaited<ReturnType<typeof createApp>>;
}

/**
 * Migrates the database, makes sure that it is ours to use, and listens.
 * @throws StartRefused where the database is another's or rows need a site that the configuration lacks
 */
export async function startGateway(config: Config, crashPoints?: CrashPoints): Promise<RunningGateway> {
  for (const line of warningsOf(config)) logWarn(line);
  const app = await createApp(config, crashPoints);
  try {
    const sql = app.get(Sql);
    if (!(await isMigrated(sql))) await runMigrations(config.databaseUrl.reveal());
    await judgeDatabase(config, sql, await claimPurpose(sql, config.mode));
    await app.listen(config.port, config.host).catch((error: Error) => {
      throw listenRefused(error, config);
    });
    app.useLogger(nestLogger);
  } catch (error) {
    await app.close();
    throw error;
  }
  const { port } = app.getHttpServer().address() as { port: number };
  const url = `http://${hostInUrl(config.host)}:${port}`;
  logInfo('listening', { reason: url });
  const stop = async (): Promise<void> => {
    const connections = connectionsOf(app.getHttpServer());
    app.get(Readiness).beginStop();
    connections.beginDrain();
    if (config.mode === 'production') {
      await pause(DRAIN_MS);
      await connections.endIdle(LAST_REQUEST_MS);
    }
    const late = pause(config.shutdownTimeoutMs).then(() => 'late');
    if ((await Promise.race([app.close(), late])) === 'late')
      logWarn('work was still in flight when the time to stop was over; it goes on after the next start');
  };
  return { url, app, stop };
}

/** @param purpose what the database was marked as, if it was. @throws StartRefused */
export async function judgeDatabase(config: Config, sql: Runner, purpose: Purpose | undefined): Promise<void> {
  if (purpose !== undefined && purpose !== config.mode)
    throw new StartRefused(
      `The database of DATABASE_URL holds data of a ${purpose}, not of ${config.mode}: use another.`,
    );
  const missing = await missingSites(sql, config.sites);
  if (missing.length > 0)
    throw new StartRefused(
      `The configuration lacks site ${missing.join(', ')}, which payments still need to be asked about.`,
    );
}
