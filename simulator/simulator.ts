import { takeCall } from './api/call';
import { Throttle } from './api/throttle';
import { addControlRoutes } from './control/control';
import { addCounterRoutes } from './counter/counter';
import { Customer } from './counter/customer';
import { addSeamlessRoutes } from './counter/seamless';
import { Faults } from './faults/faults';
import { page, readBody, textOfBody } from './http/exchange';
import { Router } from './http/router';
import { addressOf, urlOfServer } from './http/address';
import { listen, type Listening } from './http/server';
import { landingPage } from './landing';
import { Notifier } from './notify/notifier';
import { shopPage } from './shop';
import type { Simulation } from './simulation';
import { NO_JOURNAL } from './state/journal';
import { Ledger } from './state/ledger';
import { reopen } from './state/reopen';
import { DEFAULT_SETTINGS, type Settings, type SettingsPatch } from './state/settings';
import { mergeSettings } from './state/settings-rules';
import { TransactionStore } from './state/store';

/** How to start a simulator. */
export interface SimulatorOptions {
  /** 0 takes any free port. */
  port: number;
  /** 127.0.0.1 when absent. */
  host?: string;
  /** Where clients and browsers reach it; the address that each request asked when absent. */
  publicUrl?: string;
  /** Certificate and key as PEM; HTTPS when there is one. */
  tls?: Listening['tls'];
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
  /** The settings in force. */
  settings(): Readonly<Settings>;
  /** Whether it began with settings that an earlier run had been given. */
  settingsKept(): boolean;
  /** Closes every connection at once and finishes the data file. */
  close(): Promise<void>;
}

/** Starts a CinetPay of our own. Rejects where the port is taken or the settings are impossible. */
export async function startSimulator(options: SimulatorOptions): Promise<RunningSimulator> {
  const host = options.host ?? '127.0.0.1';
  const initial = mergeSettings(DEFAULT_SETTINGS, options.settings ?? {});
  const sim = newSimulation(initial);
  const journal = options.dataDir === undefined ? NO_JOURNAL : await reopen(options.dataDir, sim);
  const kept = sim.settings !== initial;
  sim.keep = (entry) => journal.write(entry);
  const reset = (): void => {
    for (const part of [sim.customer, sim.notifier, sim.throttle, sim.store, sim.ledger, journal]) part.clear();
    sim.faults.put({ rules: [] });
    sim.settings = initial;
  };
  const router = routesOf(sim, reset);
  const where = { port: options.port, host, tls: options.tls };
  const server = await listen(router, where, options.log ?? console.error).catch((error: Error) => {
    journal.close();
    throw error;
  });
  sim.url = urlOfServer(host, server.port, options.tls !== undefined);
  sim.publicUrl = options.publicUrl?.replace(/\/+$/, '');
  for (const transaction of sim.store.all()) sim.customer.follow(transaction);
  const close = async (): Promise<void> => {
    sim.customer.clear();
    sim.notifier.close();
    await server.close();
    journal.close();
  };
  return { url: sim.url, settings: () => sim.settings, settingsKept: () => kept, close };
}

function newSimulation(settings: Simulation['settings']): Simulation {
  const parts: Omit<Simulation, 'notifier' | 'customer'> = {
    settings,
    store: new TransactionStore(NO_JOURNAL),
    ledger: new Ledger(NO_JOURNAL),
    faults: new Faults(),
    throttle: new Throttle(),
    keep: () => undefined,
    publicUrl: undefined,
    url: '',
  };
  const sim = parts as Simulation;
  return Object.assign(sim, { notifier: new Notifier(sim), customer: new Customer(sim) });
}

function routesOf(sim: Simulation, reset: () => void): Router {
  const router = new Router();
  router.on('POST', '/v2/payment', (exchange) => takeCall(sim, exchange, 'payment'));
  router.on('POST', '/v2/payment/check', (exchange) => takeCall(sim, exchange, 'check'));
  router.on('POST', '/v2/seamless/device', (exchange) => takeCall(sim, exchange, 'device'));
  router.on('GET', '/', ({ request }) => page(200, landingPage(sim, addressOf(request, sim))));
  router.on('GET', '/shop', ({ url }) => page(200, shopPage(url.searchParams.get('transaction_id'))));
  router.on('POST', '/shop', async ({ request }) => {
    const form = new URLSearchParams(textOfBody(await readBody(request)));
    return page(200, shopPage(form.get('transaction_id')));
  });
  addCounterRoutes(router, sim);
  addSeamlessRoutes(router, sim);
  addControlRoutes(router, sim, reset);
  return router;
}
