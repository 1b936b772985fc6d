import { addressOf } from '../http/address';
import { OPEN_TO_BROWSERS } from '../http/edge-pages';
import { json, type Exchange, type Reply } from '../http/exchange';
import type { Router } from '../http/router';
import type { Simulation } from '../simulation';
import { writtenAmount } from '../state/appearance';
import { cinetpayDate } from '../state/ids';
import type { Transaction } from '../state/transaction';
import { seamlessScript } from './seamless-script';

/** The script, and the address it asks for the result; CinetPay pushes it through a socket instead. */
export function addSeamlessRoutes(router: Router, sim: Simulation): void {
  router.on('GET', '/seamless/main.js', ({ request }) => {
    const body = seamlessScript(addressOf(request, sim));
    return { status: 200, type: 'script', code: null, body, headers: OPEN_TO_BROWSERS };
  });
  router.on('GET', '/v2/seamless/result/:device', (exchange) => result(sim, exchange));
}

/** 204 while the customer is still at it. */
function result(sim: Simulation, exchange: Exchange): Reply {
  const transaction = sim.store.ofDevice(exchange.params[0] ?? '');
  if (transaction?.settled_at) return json(200, payloadOf(transaction, sim), OPEN_TO_BROWSERS);
  return { status: 204, type: 'text', body: '', code: null, headers: OPEN_TO_BROWSERS };
}

/** What waitResponse receives. */
function payloadOf(transaction: Transaction, sim: Simulation): Record<string, unknown> {
  const { currency, status, payment_method, description, metadata, operator_id, settled_at, state } = transaction;
  const payment_date = state === 'accepted' && settled_at !== null ? cinetpayDate(new Date(settled_at)) : ' ';
  return {
    ...{ amount: writtenAmount(transaction.amount, sim.settings), currency, status, payment_method },
    ...{ description, metadata, operator_id, payment_date },
  };
}
