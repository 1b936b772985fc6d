import { page, readBody, textOfBody, type Exchange, type Reply } from '../http/exchange';
import type { Router } from '../http/router';
import type { Simulation } from '../simulation';
import { isExpired } from '../state/appearance';
import type { Transaction } from '../state/transaction';
import { counterPage } from './counter-page';
import { ACTS, type Act, type Deed } from './customer';
import { InvalidDeed, readDeed } from './deed';
import { expiredPage, leftPage, resultPage, returnPage, unknownPage } from './result-pages';

/** /payment/{token}: GET shows the counter, POST is what the customer did there. */
export function addCounterRoutes(router: Router, sim: Simulation): void {
  router.on('GET', '/payment/:token', (exchange) => visit(sim, exchange));
  router.on('POST', '/payment/:token', (exchange) => submit(sim, exchange));
}

function visit(sim: Simulation, exchange: Exchange): Reply {
  const transaction = sim.store.ofToken(exchange.params[0] ?? '');
  if (!transaction) return page(404, unknownPage());
  if (isExpired(transaction, sim.settings)) return page(410, expiredPage(transaction));
  if (exchange.request.method !== 'HEAD') sim.customer.open(transaction);
  if (transaction.state === 'accepted') return ending(transaction);
  return page(200, counterPage(transaction, mayTry(sim, transaction)));
}

async function submit(sim: Simulation, exchange: Exchange): Promise<Reply> {
  const transaction = sim.store.ofToken(exchange.params[0] ?? '');
  if (!transaction) return page(404, unknownPage());
  const form = new URLSearchParams(textOfBody(await readBody(exchange.request)));
  const act = form.get('act') ?? '';
  if (act === 'leave') return page(200, leftPage(transaction));
  const deed = isAct(act) && deedOf(act, form, transaction);
  if (!deed) return page(400, counterPage(transaction, mayTry(sim, transaction)));
  sim.customer.act(transaction, deed);
  if (transaction.state === 'waiting') return page(200, counterPage(transaction, true));
  if (transaction.state === 'created') return page(410, expiredPage(transaction));
  return ending(transaction);
}

function deedOf(act: Act, form: URLSearchParams, transaction: Transaction): Deed | undefined {
  try {
    const { payment_method = '', phone = '' } = Object.fromEntries(form);
    return readDeed(act, { payment_method, phone }, transaction);
  } catch (error) {
    if (error instanceof InvalidDeed) return undefined;
    throw error;
  }
}

function ending(transaction: Transaction): Reply {
  return page(200, transaction.return_url === null ? resultPage(transaction) : returnPage(transaction));
}

function mayTry(sim: Simulation, transaction: Transaction): boolean {
  const declined = transaction.state === 'refused' || transaction.state === 'cancelled';
  return !declined || sim.settings.accept_after_refused;
}

function isAct(word: string): word is Act {
  return ACTS.includes(word as Act);
}
