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
import { arrivalOf } from './waiting';
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

export interface StartOptions {
  crashPoints?: CrashPoints;
  /** The process is asked to stop: a start that still waits for its database ends. */
  stopping?: AbortSignal;
}

/**
 * Waits for the database where it is not there yet, migrates it, makes sure that it is ours to use, and listens.
 * @throws StartRefused where the database is another's or rows need a site that the configuration lacks; DatabaseUnfit where it cannot carry a gateway
 */
export async function startGateway(
  config: Config,
  { crashPoints, stopping }: StartOptions = {},
): Promise<RunningGateway> {
  for (const line of warningsOf(config)) logWarn(line);
  const arrived = await arrivalOf(config, stopping);
  for (const reason of arrived.examined.warnings) logWarn('the database keeps less than it should', { reason });
  const app = await createApp(config, crashPoints).catch(async (error: unknown) => {
    await arrived.leave();
    throw error;
  });
  try {
    const sql = app.get(Sql);
    if (!(await isMigrated(sql))) await runMigrations(config.databaseUrl.reveal());
    await judgeDatabase(config, sql, await claimPurpose(sql, config.mode));
    await arrived.leave();
    await app.listen(arrived.port, config.host).catch((error: Error) => {
      throw listenRefused(error, config);
    });
    app.useLogger(nestLogger);
  } catch (error) {
    await arrived.leave();
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
