import type { ServerResponse } from 'node:http';
import type { Fault } from '../faults/faults';
import { magicOf } from '../faults/magic-amounts';
import { addressOf } from '../http/address';
import { TOO_LARGE } from '../http/edge-pages';
import { BodyTooLarge, BrokenBody, readBody, send, type Exchange, type Reply } from '../http/exchange';
import type { Simulation } from '../simulation';
import type { Call, Operation } from '../state/ledger';
import { check } from './check';
import { authenticate, isSite } from './credentials';
import { attachDevice, ofDevice } from './device';
import { edgeRefusal } from './edge';
import { answerFaulted, answerInstead } from './faulted';
import { parseFields, textOf, type Fields } from './fields';
import { MAX_LEVELS } from './nesting';
import { initiate } from './payment';
import { invalid, refused, tooManyRequests } from './replies';
import { amountOf } from './values';

/** The fields of a body, undefined where it has none, or why it was not read. */
type ReadCall = Fields | undefined | 'broken' | 'too large';

/** Takes one request to the API: into the ledger first, then fault, edge, throttle and operation. */
export async function takeCall(sim: Simulation, exchange: Exchange, operation: Operation): Promise<void> {
  const { request, response } = exchange;
  const call = sim.ledger.arrived(exchange.at, operation);
  response.once('close', () => sim.ledger.answered(call, 'none', null));
  const fields = await readCall(sim, exchange, call);
  if (fields === 'broken' || fields === 'too large') {
    sim.ledger.identified(call);
    return fields === 'broken' ? void request.destroy() : settle(sim, call, response, TOO_LARGE);
  }
  const fault = pickFault(sim, call, fields);
  call.fault = fault?.kind ?? null;
  sim.ledger.identified(call);
  const instead = fault && (await answerInstead(fault, exchange));
  if (instead === 'gone') return;
  const reply = instead ?? answer(sim, exchange, call, fields, fault);
  if (fault && !instead)
    await answerFaulted(sim, fault, exchange, reply, fields, (final) => settle(sim, call, response, final));
  else settle(sim, call, response, reply);
}

/** Reads the body and notes in the call what it says. */
async function readCall(sim: Simulation, exchange: Exchange, call: Call): Promise<ReadCall> {
  const body = await readBody(exchange.request).catch(broken);
  call.raw_body = ('received' in body ? body.received : body).toString('utf8');
  if (body instanceof BrokenBody) return 'broken';
  if (body instanceof BodyTooLarge) return 'too large';
  const contentType = exchange.request.headers['content-type'] ?? '';
  const fields = await parseFields(body, contentType, sim.settings.strict);
  if (fields) Object.assign(call, namesOf(sim, call.operation, fields));
  return fields;
}

function broken(error: unknown): BrokenBody | BodyTooLarge {
  if (error instanceof BrokenBody || error instanceof BodyTooLarge) return error;
  throw error;
}

/** The site and the transaction that a request is about, by what it names or by what it asks for. */
function namesOf(sim: Simulation, operation: Operation, fields: Fields): Pick<Call, 'site_id' | 'transaction_id'> {
  const token = textOf(fields, 'token') ?? textOf(fields, 'payment_token') ?? '';
  const known = operation === 'device' ? ofDevice(sim, fields) : sim.store.ofToken(token);
  return {
    site_id: textOf(fields, 'site_id') ?? (operation === 'device' ? (known?.site_id ?? null) : null),
    transaction_id: textOf(fields, 'transaction_id') ?? known?.transaction_id ?? null,
  };
}

/** Rules put by a test go before what the amount chooses. */
function pickFault(sim: Simulation, call: Call, fields: Fields | undefined): Fault | undefined {
  const put = sim.faults.pick(call.operation) ?? pickEarly(sim, call.operation);
  const { site_id, transaction_id, operation } = call;
  if (put || !sim.settings.magic_amounts || !fields || site_id === null || transaction_id === null) return put;
  if (operation === 'check') return magicOf(sim.store.ofSite(site_id, transaction_id)?.amount)?.check;
  if (operation !== 'payment') return undefined;
  const isEarlier = (one: Call): boolean => one.operation === 'payment' && one.site_id === site_id;
  const first = !sim.ledger.requestsOf(transaction_id).some(isEarlier);
  return first ? magicOf(amountOf(fields))?.first_initiation : undefined;
}

/** A notification that is to come early has to be sent from inside the initiation. */
function pickEarly(sim: Simulation, operation: Operation): Fault | undefined {
  return operation === 'payment' ? sim.faults.pick('notify', (kind) => kind === 'early') : undefined;
}

function answer(
  sim: Simulation,
  exchange: Exchange,
  call: Call,
  fields: Fields | undefined,
  fault: Fault | undefined,
): Reply {
  const { settings } = sim;
  const atEdge = edgeRefusal(exchange.request, fields, settings.strict);
  if (atEdge) return atEdge;
  if (!sim.throttle.admit(call.site_id ?? '', settings.rate_per_second)) return tooManyRequests(settings.retry_after);
  if (!fields)
    return refused(invalid(`Minimum required field: the body is not JSON of at most ${MAX_LEVELS} levels`), settings);
  if (call.operation === 'device') return attachDevice(sim, fields);
  const site = authenticate(fields, settings);
  if (!isSite(site)) return refused(site, settings);
  if (call.operation === 'check') return check(sim, site, fields, fault);
  return initiate(sim, site, fields, addressOf(exchange.request, sim));
}

/** The ledger says what left whole; an answer nobody read is 'none'. */
function settle(sim: Simulation, call: Call, response: ServerResponse, reply: Reply): void {
  response.once('finish', () => sim.ledger.answered(call, reply.status, reply.code));
  send(response, reply);
}
