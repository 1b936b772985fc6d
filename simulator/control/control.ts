import { ACTS, codeFor, type Act } from '../counter/customer';
import { InvalidFaults } from '../faults/faults';
import { json, readBody, type Exchange, type Reply } from '../http/exchange';
import type { Router } from '../http/router';
import type { Simulation } from '../simulation';
import { InvalidSettings, mergeSettings } from '../state/settings-rules';
import { ledgerView, requestView } from './views';

/** The calls under /_sim: what a test uses instead of CinetPay's back-office and a customer with a phone. */
export function addControlRoutes(router: Router, sim: Simulation, reset: () => void): void {
  router.on('POST', '/_sim/reset', () => {
    reset();
    return json(200, { reset: true });
  });
  router.on('GET', '/_sim/settings', () => json(200, sim.settings));
  router.on('PUT', '/_sim/settings', async (exchange) =>
    judged(async () => {
      sim.settings = mergeSettings(sim.settings, await readJson(exchange));
      sim.throttle.clear();
      return json(200, sim.settings);
    }),
  );
  router.on('GET', '/_sim/faults', () => json(200, sim.faults.current()));
  router.on('PUT', '/_sim/faults', async (exchange) =>
    judged(async () => json(200, sim.faults.put(await readJson(exchange)))),
  );
  router.on('GET', '/_sim/ledger', () => json(200, ledgerView(sim.ledger)));
  router.on('GET', '/_sim/transactions/:id', (exchange) => showTransaction(sim, exchange.params[0] ?? ''));
  for (const act of ACTS) {
    router.on('POST', `/_sim/transactions/:id/${act}`, (exchange) => judged(() => perform(sim, act, exchange)));
  }
}

function showTransaction(sim: Simulation, id: string): Reply {
  const transaction = sim.store.ofId(id);
  const requests = sim.ledger.requestsOf(id);
  if (!transaction && requests.length === 0) return unknownTransaction();
  return json(200, {
    transaction_id: id,
    state: transaction?.state ?? 'unknown',
    requests: requests.map(requestView),
    transaction: transaction ?? null,
  });
}

async function perform(sim: Simulation, act: Act, exchange: Exchange): Promise<Reply> {
  const transaction = sim.store.ofId(exchange.params[0] ?? '');
  const wishes = (await readJson(exchange, {})) as Record<string, unknown>;
  if (!transaction) return unknownTransaction();
  const code = codeFor(act, wishes.code);
  if (wishes.code !== undefined && code === undefined) return json(400, { error: `code does not fit ${act}` });
  const text = (name: string): string | undefined =>
    typeof wishes[name] === 'string' && wishes[name] !== '' ? wishes[name] : undefined;
  const changed = sim.customer.act(transaction, {
    ...{ act, code, payment_method: text('payment_method'), phone: text('phone'), status: text('status') },
  });
  return json(200, { transaction_id: transaction.transaction_id, state: transaction.state, changed });
}

async function readJson(exchange: Exchange, whenEmpty?: unknown): Promise<unknown> {
  const raw = await readBody(exchange.request);
  if (raw.trim() === '' && whenEmpty !== undefined) return whenEmpty;
  const value: unknown = JSON.parse(raw);
  return value ?? whenEmpty;
}

async function judged(work: () => Promise<Reply>): Promise<Reply> {
  try {
    return await work();
  } catch (error) {
    const readable = [InvalidSettings, InvalidFaults, SyntaxError].some((kind) => error instanceof kind);
    if (!readable) throw error;
    return json(400, { error: (error as Error).message });
  }
}

function unknownTransaction(): Reply {
  return json(404, { error: 'no such transaction' });
}
