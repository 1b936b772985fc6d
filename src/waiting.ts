import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { setHeaders } from './app.headers';
import { answerProblem } from './app.problems';
import { newServer } from './app.server';
import { pause } from './common/clock';
import { logWarn } from './common/logger';
import { Problem } from './common/problem';
import { storageFaultOf, type StorageFault } from './common/storage-fault';
import type { Config } from './config/config';
import { listenRefused } from './listening';
import { examineDatabase, type Examined } from './database/examination';

/** Between two looks (our choice: a Postgres that starts is used within a second). */
const LOOK_MS = 500;
/** Nothing is there yet, or it says that it is just starting. Everything else does not mend itself, and ends the start at once. */
const NOT_YET = new Set(['ECONNREFUSED', 'ENOENT', 'ENOTFOUND', 'EAI_AGAIN', '57P03']);

/** Answers in the gateway's place: alive, and not ready. */
interface StandIn {
  port: number;
  close(): Promise<void>;
}

/** A database that was examined, and what has answered on our port while there was none. */
export interface Arrived {
  examined: Examined;
  /** Where to listen. */
  port: number;
  /** Frees the port; called right before the gateway listens, so that probes find it closed for a moment only. */
  leave(): Promise<void>;
}

/**
 * Examines the database, and waits up to DATABASE_WAIT_SECONDS for one that is not there yet. The sandbox has its own and does not wait.
 * @throws whatever keeps the database from being used; the reason of `stopping` when the process is asked to stop meanwhile
 */
export async function arrivalOf(config: Config, stopping?: AbortSignal): Promise<Arrived> {
  const patience = config.mode === 'sandbox' ? 0 : config.databaseWaitSeconds * 1_000;
  const until = performance.now() + patience;
  let standIn: StandIn | undefined;
  const leave = async (): Promise<void> => standIn?.close();
  try {
    for (;;) {
      const seen = await look(config);
      if ('version' in seen) return { examined: seen, port: standIn?.port ?? config.port, leave };
      if (performance.now() + LOOK_MS > until) throw seen.error;
      standIn ??= await beginWait(config, seen.fault);
      await pause(LOOK_MS, stopping);
      stopping?.throwIfAborted();
    }
  } catch (error) {
    await leave();
    throw error;
  }
}

async function look(config: Config): Promise<Examined | { error: unknown; fault: StorageFault }> {
  try {
    return await examineDatabase(config.databaseUrl.reveal(), config.databasePool);
  } catch (error) {
    const fault = storageFaultOf(error);
    if (!fault || !NOT_YET.has(fault.code)) throw error;
    return { error, fault };
  }
}

async function beginWait(config: Config, { code, words }: StorageFault): Promise<StandIn> {
  logWarn('waits for the database', { reason: words, code, delay_ms: config.databaseWaitSeconds * 1_000 });
  return standIn(config);
}

async function standIn(config: Config): Promise<StandIn> {
  const { adapter, connections } = newServer(config);
  const fastify = adapter.getInstance<FastifyInstance>();
  setHeaders(fastify, config.publicUrl);
  fastify.addHook('onRequest', (_request, reply, done) => {
    // The gateway takes the port over: no connection stays.
    void reply.header('Connection', 'close');
    done();
  });
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', (_request, payload, done) => {
    payload.resume();
    done(null);
  });
  fastify.get('/health/live', async () => ({ status: 'live' }));
  const notReady = new Problem('not_ready', 'The database is not there yet.', { retryAfterSeconds: 1 });
  fastify.setNotFoundHandler((request, reply) => answerProblem(request, reply, notReady));
  fastify.setErrorHandler((_error, request, reply) => answerProblem(request, reply, notReady));
  await fastify.listen({ port: config.port, host: config.host }).catch((error: Error) => {
    throw listenRefused(error, config);
  });
  const { port } = fastify.server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    connections.beginDrain();
    connections.endUnused();
    fastify.server.closeAllConnections();
    await fastify.close();
  };
  return { port, close };
}
