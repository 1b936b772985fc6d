import { MESSAGES, type Code } from '../facts/codes';
import type { Fault } from '../faults/faults';
import type { Reply } from '../http/exchange';
import type { Simulation } from '../simulation';
import { anotherCurrency, isExpired, writtenAmount } from '../state/appearance';
import { cinetpayDate, fundAvailabilityDate } from '../state/ids';
import type { Settings, Site } from '../state/settings';
import type { Transaction } from '../state/transaction';
import { textOf, type Fields } from './fields';
import { envelope, missing, refused } from './replies';

/** POST /v2/payment/check for a known site: transaction_id, token or payment_token, the first that is there. */
export function check(sim: Simulation, site: Site, fields: Fields, fault: Fault | undefined): Reply {
  const id = textOf(fields, 'transaction_id');
  const token = textOf(fields, 'token') ?? textOf(fields, 'payment_token');
  if (id === null && token === null) return refused(missing('transaction_id'), sim.settings);
  const found = id !== null ? sim.store.ofSite(site.site_id, id) : sim.store.ofToken(token ?? '');
  if (!found || found.site_id !== site.site_id) return unknown(sim.settings, site);
  if (found.state === 'created') return unopened(sim.settings, found, fault);
  if (isExpired(found, sim.settings))
    return refused({ code: '625', description: 'The transaction has expired' }, sim.settings);
  return standing(found, found.code, sim.settings, fault);
}

function unopened(settings: Settings, transaction: Transaction, fault: Fault | undefined): Reply {
  if (isExpired(transaction, settings))
    return refused({ code: '625', description: 'The transaction has expired' }, settings);
  if (settings.unopened_check === '608') return unknown({ ...settings, unknown_check: '608' }, undefined);
  return standing(transaction, settings.unopened_check, settings, fault);
}

function unknown(settings: Settings, site: Site | undefined): Reply {
  if (settings.unknown_check === '608') {
    return refused({ code: '608', description: 'The transaction does not exist' }, settings);
  }
  const nothing = { payment_method: null, description: null, metadata: null, operator_id: null };
  const data = {
    ...{ amount: null, currency: site?.currency ?? null, status: 'WAITING_FOR_CUSTOMER', ...nothing },
    ...{ payment_date: ' ', fund_availability_date: null },
  };
  return envelope(200, '662', { ...said('662'), data });
}

function standing(transaction: Transaction, code: Code, settings: Settings, fault: Fault | undefined): Reply {
  const amount = fault?.kind === 'wrong_amount' ? transaction.amount + 5 : transaction.amount;
  const { currency } = transaction;
  const data = {
    amount: writtenAmount(amount, settings),
    currency: fault?.kind === 'wrong_currency' ? anotherCurrency(currency) : currency,
    status: transaction.status,
    payment_method: transaction.payment_method,
    description: transaction.description,
    metadata: transaction.metadata,
    operator_id: transaction.operator_id,
    ...datesOf(transaction),
  };
  return envelope(200, code, { ...said(code), data });
}

/** CinetPay's own SDK reads the description of whatever is no success; a success has none. */
function said(code: Code): Record<string, string> {
  const message = MESSAGES[code];
  return code === '00' ? { message } : { message, description: message.toLowerCase().replaceAll('_', ' ') };
}

/** A refused payment has no date of payment, yet a day the money would be there: so CinetPay's own example says. */
function datesOf(transaction: Transaction): { payment_date: string; fund_availability_date: string | null } {
  if (transaction.settled_at === null) return { payment_date: ' ', fund_availability_date: null };
  const at = new Date(transaction.settled_at);
  const paid = transaction.state === 'accepted';
  return { payment_date: paid ? cinetpayDate(at) : ' ', fund_availability_date: fundAvailabilityDate(at) };
}
