import { pause } from '../../src/common/clock';
import { order, request, type Answer } from '../support/gateway';
import type { Fleet } from './fleet';

/** One order at the replica of this number. */
export function place(fleet: Fleet, replica: number, overrides: Record<string, unknown> = {}): Promise<Answer> {
  const { url } = fleet.replicas[replica % fleet.replicas.length]!;
  return request('POST', `${url}/v1/payments`, order(overrides), { authorization: `Bearer ${fleet.apiKey}` });
}

/** So many orders, spread over the replicas, so many of them at a time. */
export async function placeMany(fleet: Fleet, count: number, atOnce = count): Promise<Answer[]> {
  const answers: Answer[] = [];
  let next = 0;
  const one = async (): Promise<void> => {
    for (let i = next++; i < count; i = next++) answers.push(await place(fleet, i));
  };
  await Promise.all(Array.from({ length: atOnce }, one));
  return answers;
}

/** How often each status came. */
export function statusesOf(answers: Answer[]): Record<number, number> {
  const seen: Record<number, number> = {};
  for (const { status } of answers) seen[status] = (seen[status] ?? 0) + 1;
  return seen;
}

/** A request to CinetPay as the simulator saw it. */
export interface Call {
  /** Milliseconds. */
  at: number;
  transaction_id: string;
  operation: 'payment' | 'check';
  answered: number | 'none' | null;
}

/** Every request to CinetPay, oldest first. */
export async function callsOf(fleet: Fleet): Promise<Call[]> {
  const { calls } = (await request('GET', `${fleet.simulator.url}/_sim/ledger`)).body;
  return calls
    .map(({ at, transaction_id, operation, answered }: any) => ({
      at: Date.parse(at),
      transaction_id,
      operation,
      answered,
    }))
    .sort((a: Call, b: Call) => a.at - b.at);
}

/** When CinetPay was first asked this about each of the transactions from then on, in milliseconds; those that it was asked about. */
export function firstAsked(calls: Call[], operation: Call['operation'], from = 0): Map<string, number> {
  const asked = new Map<string, number>();
  for (const call of calls) {
    if (call.operation !== operation || call.at < from || asked.has(call.transaction_id)) continue;
    asked.set(call.transaction_id, call.at);
  }
  return asked;
}

/** Waits until every payment has its counter. @returns in how many seconds */
export async function untilAllHaveCounters(fleet: Fleet, timeoutMs: number): Promise<number> {
  const from = performance.now();
  for (;;) {
    const { rows } = await fleet.db.query<{ left: number }>(
      'SELECT count(*)::int AS left FROM transactions WHERE payment_url IS NULL',
    );
    const seconds = (performance.now() - from) / 1000;
    if (rows[0]!.left === 0) return seconds;
    if (seconds * 1000 > timeoutMs) throw new Error(`${rows[0]!.left} payments have no counter after ${seconds} s`);
    await pause(250);
  }
}

export async function put(fleet: Fleet, what: 'faults' | 'settings', body: unknown): Promise<void> {
  const { status, text } = await request('PUT', `${fleet.simulator.url}/_sim/${what}`, body);
  if (status !== 200) throw new Error(`the simulator refused ${what}: ${text}`);
}

/** The value below which this share of them lies. */
export function percentile(values: number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
}
