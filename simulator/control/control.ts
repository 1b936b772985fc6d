import { ACTS, type Act } from '../counter/customer';
import { InvalidDeed, readDeed } from '../counter/deed';
import { InvalidFaults } from '../faults/faults';
import { json, readBody, textOfBody, type Exchange, type Reply } from '../http/exchange';
import type { Handler, Router } from '../http/router';
import type { Simulation } from '../simulation';
import { InvalidSettings, mergeSettings } from '../state/settings-rules';
import type { Transaction } from '../state/transaction';
import { ledgerView, requestView } from './views';

/** Hundreds of sites, or a thousand rules. */
const MAX_CONTROL_BYTES = 131_072;

/** The calls under /_sim: what a test uses instead of CinetPay's back-office and a customer with a phone. */
export function addControlRoutes(router: Router, sim: Simulation, reset: () => void): void {
  const on = (method: string, path: string, handler: Handler): Router =>
    router.on(method, path, (exchange) => judged(() => handler(exchange)));
  on('POST', '/_sim/reset', () => {
    reset();
    return json(200, { reset: true });
  });
  on('GET', '/_sim/settings', () => json(200, sim.settings));
  on('PUT', '/_sim/settings', async (exchange) => {
    const patch = await readJson(exchange);
    sim.settings = mergeSettings(sim.settings, patch);
    sim.keep({ kind: 'settings', patch });
    sim.throttle.clear();
    return json(200, sim.settings);
  });
  on('GET', '/_sim/faults', () => json(200, sim.faults.current()));
  on('PUT', '/_sim/faults', async (exchange) => json(200, sim.faults.put(await readJson(exchange))));
  on('GET', '/_sim/ledger', () => json(200, ledgerView(sim.ledger)));
  on('GET', '/_sim/transactions/:id', (exchange) => showTransaction(sim, exchange));
  for (const act of ACTS) on('POST', `/_sim/transactions/:id/${act}`, (exchange) => perform(sim, act, exchange));
}

function showTransaction(sim: Simulation, { params: [id = ''], url }: Exchange): Reply {
  const siteId = url.searchParams.get('site_id');
  const transaction = find(sim, id, siteId);
  const requests = sim.ledger.requestsOf(id).filter((call) => siteId === null || call.site_id === siteId);
  if (!transaction && requests.length === 0) return unknownTransaction();
  return json(200, {
    transaction_id: id,
    state: transaction?.state ?? 'unknown',
    requests: requests.map(requestView),
    transaction: transaction ?? null,
  });
}

async function perform(sim: Simulation, act: Act, exchange: Exchange): Promise<Reply> {
  const body = await readJson(exchange, {});
  const named = (body as { site_id?: unknown } | null)?.site_id;
  const siteId = ['string', 'number'].includes(typeof named) ? `${named as string}` : null;
  const transaction = find(sim, exchange.params[0] ?? '', siteId ?? exchange.url.searchParams.get('site_id'));
  if (!transaction) return unknownTransaction();
  const changed = sim.customer.act(transaction, readDeed(act, body, transaction));
  return json(200, { transaction_id: transaction.transaction_id, state: transaction.state, changed });
}

/** Of the named site; else the newest of that id. */
function find(sim: Simulation, id: string, siteId: string | null): Transaction | undefined {
  return siteId === null ? sim.store.ofId(id) : sim.store.ofSite(siteId, id);
}

async function readJson(exchange: Exchange, whenEmpty?: unknown): Promise<unknown> {
  const text = textOfBody(await readBody(exchange.request, MAX_CONTROL_BYTES));
  if (text.trim() === '' && whenEmpty !== undefined) return whenEmpty;
  return JSON.parse(text);
}

async function judged(work: () => ReturnType<Handler>): Promise<Reply | void> {
  try {
    return await work();
  } catch (error) {
    const readable = [InvalidSettings, InvalidFaults, InvalidDeed, SyntaxError].some((kind) => error instanceof kind);
    if (!readable) throw error;
    return json(400, { error: (error as Error).message });
  }
}

function unknownTransaction(): Reply {
  return json(404, { error: 'no such transaction' });
}
