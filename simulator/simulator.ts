import { takeCall } from './api/call';
import { Throttle } from './api/throttle';
import { addControlRoutes } from './control/control';
import { addCounterRoutes } from './counter/counter';
import { Customer } from './counter/customer';
import { addSeamlessRoutes } from './counter/seamless';
import { Faults } from './faults/faults';
import { page } from './http/exchange';
import { Router } from './http/router';
import { listen } from './http/server';
import { landingPage } from './landing';
import { Notifier } from './notify/notifier';
import type { Simulation } from './simulation';
import { NO_JOURNAL } from './state/journal';
import { Ledger } from './state/ledger';
import { reopen } from './state/reopen';
import { DEFAULT_SETTINGS, type SettingsPatch } from './state/settings';
import { mergeSettings } from './state/settings-rules';
import { TransactionStore } from './state/store';

/** How to start a simulator. */
export interface SimulatorOptions {
  /** 0 takes any free port. */
  port: number;
  /** 127.0.0.1 when absent. */
  host?: string;
  /** Where browsers reach it; `http://host:port` when absent. */
  publicUrl?: string;
  /** Directory that keeps transactions and ledger over restarts; memory only when absent. */
  dataDir?: string;
  /** Laid over the defaults; POST /_sim/reset comes back to these. */
  settings?: SettingsPatch;
  /** Where unexpected failures are told; standard error when absent. */
  log?: (line: string) => void;
}

/** A simulator that listens. */
export interface RunningSimulator {
  url: string;
  /** Closes every connection at once and finishes the data file. */
  close(): Promise<void>;
}

/** Starts a CinetPay of our own. Rejects where the port is taken or the settings are impossible. */
export async function startSimulator(options: SimulatorOptions): Promise<RunningSimulator> {
  const host = options.host ?? '127.0.0.1';
  const initial = mergeSettings(DEFAULT_SETTINGS, options.settings ?? {});
  const sim = newSimulation(initial);
  const journal = options.dataDir === undefined ? NO_JOURNAL : await reopen(options.dataDir, sim.store, sim.ledger);
  const reset = (): void => {
    for (const part of [sim.customer, sim.notifier, sim.throttle, sim.store, sim.ledger, journal]) part.clear();
    sim.faults.put({ rules: [] });
    sim.settings = initial;
  };
  const router = routesOf(sim, reset);
  const server = await listen(router, options.port, host, options.log ?? console.error).catch((error: Error) => {
    journal.close();
    throw error;
  });
  const url = `http://${host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host}:${server.port}`;
  sim.publicUrl = (options.publicUrl ?? url).replace(/\/+$/, '');
  for (const transaction of sim.store.all()) sim.customer.follow(transaction);
  const close = async (): Promise<void> => {
    sim.customer.clear();
    sim.notifier.close();
    await server.close();
    journal.close();
  };
  return { url, close };
}

function newSimulation(settings: Simulation['settings']): Simulation {
  const parts = {
    settings,
    store: new TransactionStore(NO_JOURNAL),
    ledger: new Ledger(NO_JOURNAL),
    faults: new Faults(),
    throttle: new Throttle(),
    publicUrl: '',
  };
  const sim = parts as Simulation;
  return Object.assign(sim, { notifier: new Notifier(sim), customer: new Customer(sim) });
}

function routesOf(sim: Simulation, reset: () => void): Router {
  const router = new Router();
  router.on('POST', '/v2/payment', (exchange) => takeCall(sim, exchange, 'payment'));
  router.on('POST', '/v2/payment/check', (exchange) => takeCall(sim, exchange, 'check'));
  router.on('GET', '/', () => page(200, landingPage(sim)));
  addCounterRoutes(router, sim);
  addSeamlessRoutes(router, sim);
  addControlRoutes(router, sim, reset);
  return router;
}
