import type { ServerResponse } from 'node:http';
import type { Fault } from '../faults/faults';
import { magicOf } from '../faults/magic-amounts';
import { BrokenBody, readBody, send, type Exchange, type Reply } from '../http/exchange';
import type { Simulation } from '../simulation';
import type { Call, Operation } from '../state/ledger';
import { check } from './check';
import { authenticate, isSite } from './credentials';
import { edgeRefusal } from './edge';
import { answerFaulted, answerInstead } from './faulted';
import { parseFields, textOf, type Fields } from './fields';
import { initiate } from './payment';
import { invalid, refused, tooManyRequests } from './replies';

/** Takes one request to the API: into the ledger first, then fault, edge, throttle and operation. */
export async function takeCall(sim: Simulation, exchange: Exchange, operation: Operation): Promise<void> {
  const { request, response } = exchange;
  const call = sim.ledger.arrived(exchange.at, operation);
  response.once('close', () => sim.ledger.answered(call, 'none', null));
  const fields = await readCall(sim, exchange, call);
  if (fields === 'broken') {
    sim.ledger.identified(call);
    return void request.destroy();
  }
  const fault = pickFault(sim, call, fields);
  call.fault = fault?.kind ?? null;
  sim.ledger.identified(call);
  const instead = fault && (await answerInstead(fault, exchange));
  if (instead === 'gone') return;
  const reply = instead ?? answer(sim, exchange, operation, fields, fault);
  if (fault && !instead)
    await answerFaulted(sim, fault, exchange, reply, fields, (final) => settle(sim, call, response, final));
  else settle(sim, call, response, reply);
}

/** Reads the body and notes in the call what it says. */
async function readCall(sim: Simulation, exchange: Exchange, call: Call): Promise<Fields | undefined | 'broken'> {
  let fields: Fields | undefined | 'broken';
  try {
    call.raw_body = await readBody(exchange.request);
    const contentType = exchange.request.headers['content-type'] ?? '';
    fields = parseFields(call.raw_body, contentType, sim.settings.strict);
  } catch (error) {
    if (!(error instanceof BrokenBody)) throw error;
    call.raw_body = error.received;
    fields = 'broken';
  }
  if (fields !== undefined && fields !== 'broken') {
    call.site_id = textOf(fields, 'site_id');
    call.transaction_id = textOf(fields, 'transaction_id') ?? idOfToken(sim, fields);
  }
  return fields;
}

function idOfToken(sim: Simulation, fields: Fields): string | null {
  const token = textOf(fields, 'token') ?? textOf(fields, 'payment_token');
  return (token !== null && sim.store.ofToken(token)?.transaction_id) || null;
}

/** Rules put by a test go before what the amount chooses. */
function pickFault(sim: Simulation, call: Call, fields: Fields | undefined): Fault | undefined {
  const put = sim.faults.pick(call.operation) ?? pickEarly(sim, call.operation);
  if (put || !sim.settings.magic_amounts || !fields || call.transaction_id === null) return put;
  if (call.operation === 'check') return magicOf(sim.store.ofId(call.transaction_id)?.amount)?.check;
  const first = !sim.ledger.requestsOf(call.transaction_id).some((earlier) => earlier.operation === 'payment');
  return first ? magicOf(fields.amount)?.first_initiation : undefined;
}

/** A notification that is to come early has to be sent from inside the initiation. */
function pickEarly(sim: Simulation, operation: Operation): Fault | undefined {
  return operation === 'payment' ? sim.faults.pick('notify', (kind) => kind === 'early') : undefined;
}

function answer(
  sim: Simulation,
  exchange: Exchange,
  operation: Operation,
  fields: Fields | undefined,
  fault: Fault | undefined,
): Reply {
  const { settings } = sim;
  const atEdge = settings.strict ? edgeRefusal(exchange.request, fields) : undefined;
  if (atEdge) return atEdge;
  if (!sim.throttle.admit(fields ? (textOf(fields, 'site_id') ?? '') : '', settings.rate_per_second)) {
    return tooManyRequests(settings.retry_after);
  }
  if (!fields) return refused(invalid('Minimum required field: the body is not JSON'), settings);
  const site = authenticate(fields, settings);
  if (!isSite(site)) return refused(site, settings);
  return operation === 'payment' ? initiate(sim, site, fields) : check(sim, site, fields, fault);
}

/** The ledger says what left whole; an answer nobody read is 'none'. */
function settle(sim: Simulation, call: Call, response: ServerResponse, reply: Reply): void {
  response.once('finish', () => sim.ledger.answered(call, reply.status, reply.code));
  send(response, reply);
}
