import type { Reply } from '../http/exchange';
import type { Simulation } from '../simulation';
import { newSignature, newToken } from '../state/ids';
import type { Site } from '../state/settings';
import type { Order, Transaction } from '../state/transaction';
import type { Fields } from './fields';
import { orderOf } from './order';
import { brokenRule } from './payment-rules';
import { created, refused } from './replies';

/** POST /v2/payment for a known site: a new transaction, an earlier one's token, or a refusal. */
export function initiate(sim: Simulation, site: Site, fields: Fields, address: string): Reply {
  const refusal = brokenRule(fields, site, sim.settings);
  if (refusal) return refused(refusal, sim.settings);
  const order = orderOf(fields, site);
  const known = sim.store.ofSite(order.site_id, order.transaction_id);
  if (known) return resent(sim, known, address);
  const transaction = newTransaction(order);
  sim.store.save(transaction);
  sim.customer.follow(transaction);
  return created(transaction.token, address);
}

/** A changed parameter brings no new token: the order stays what it was when its id was first sent. */
function resent(sim: Simulation, known: Transaction, address: string): Reply {
  if (sim.settings.duplicate_transaction === 'same_token') return created(known.token, address);
  return refused({ code: '608', description: 'The transaction_id has already been used' }, sim.settings);
}

function newTransaction(order: Order): Transaction {
  return {
    ...order,
    token: newToken(),
    signature: newSignature(),
    state: 'created',
    code: '662',
    status: 'WAITING_FOR_CUSTOMER',
    payment_method: null,
    paid_number: null,
    paid_prefix: null,
    operator_id: null,
    created_at: new Date().toISOString(),
    opened_at: null,
    settled_at: null,
    pinged: false,
  };
}
