import type { Socket } from 'node:net';
import type { Fault } from '../faults/faults';
import { accessDenied } from '../http/edge-pages';
import { page, type Exchange, type Reply } from '../http/exchange';
import type { Simulation } from '../simulation';
import { hold } from './hold';
import { textOf, type Fields } from './fields';
import { envelope, tooManyRequests } from './replies';

/** Faults that keep CinetPay from ever working on the request: an answer, 'gone', or nothing for all other kinds. */
export async function answerInstead(fault: Fault, exchange: Exchange): Promise<Reply | 'gone' | undefined> {
  const instead = ['drop_request', 'reset', 'status', 'html'].includes(fault.kind);
  if (!instead) return undefined;
  if (fault.delay_ms) await hold(exchange.response, fault.delay_ms);
  if (fault.kind === 'html') {
    const status = fault.status ?? 403;
    return page(status, accessDenied(`${status}`), retryAfter(fault));
  }
  if (fault.kind === 'status') return statusReply(fault);
  cut(exchange.request.socket, fault.kind === 'reset');
  return 'gone';
}

/** Faults after the work is done: the answer comes late, broken, after its own notification, or never. */
export async function answerFaulted(
  sim: Simulation,
  fault: Fault,
  exchange: Exchange,
  reply: Reply,
  fields: Fields | undefined,
  settle: (reply: Reply) => void,
): Promise<void> {
  const lost = fault.kind === 'drop_response' || fault.kind === 'lost';
  if (fault.kind === 'early') await payEarly(sim, fields);
  const delay = fault.delay_ms ?? (fault.kind === 'delay' || fault.kind === 'late' ? 1_000 : 0);
  if (delay > 0) await hold(exchange.response, delay);
  if (lost) return cut(exchange.request.socket, false);
  settle(
    fault.kind === 'truncated' ? { ...reply, body: reply.body.slice(0, reply.body.length / 2), code: null } : reply,
  );
}

function statusReply(fault: Fault): Reply {
  const status = fault.status ?? 500;
  if (status === 429) return tooManyRequests(fault.retry_after);
  const description = 'An error occurred while processing the request';
  return envelope(status, String(status), { message: 'ERROR', description }, retryAfter(fault));
}

function retryAfter(fault: Fault): Record<string, string> {
  return fault.retry_after === undefined ? {} : { 'Retry-After': String(fault.retry_after) };
}

function cut(socket: Socket, hard: boolean): void {
  if (hard) socket.resetAndDestroy();
  else socket.destroy();
}

/** The customer was faster than the answer: paid and notified before it leaves. */
async function payEarly(sim: Simulation, fields: Fields | undefined): Promise<void> {
  const named = fields ?? {};
  const transaction = sim.store.ofSite(textOf(named, 'site_id') ?? '', textOf(named, 'transaction_id') ?? '');
  if (!transaction) return;
  sim.customer.act(transaction, { act: 'pay' });
  await sim.notifier.idle(transaction, 2_000);
}
