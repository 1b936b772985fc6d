import type { RunningSimulator } from '../../simulator/simulator';
import { order, request, type Answer, type TestGateway } from './gateway';

/** One request that reached the simulator. */
export interface SeenRequest {
  at: string;
  operation: 'payment' | 'check' | 'device';
  raw_body: string;
  answered: number | 'none' | null;
  code: string | null;
}

/** What happens on both sides of a gateway: what its callers do, what CinetPay and its customers do, and what is kept. */
export interface Stage {
  /** A new order of `shop`, answered as it comes. */
  place(overrides?: Record<string, unknown>, headers?: Record<string, string>): Promise<Answer>;
  /** The payment as `shop` reads it. */
  read(id: string): Promise<any>;
  history(id: string): Promise<any[]>;
  /** The row itself. */
  row(id: string): Promise<any>;
  /** The types of a payment's events, oldest first. */
  events(id: string): Promise<string[]>;
  /** What a customer does at the counter. */
  act(id: string, what: 'pay' | 'refuse' | 'cancel' | 'wait', wishes?: Record<string, unknown>): Promise<Answer>;
  /** Replaces the simulator's faults; none puts an end to them. */
  faults(...rules: Record<string, unknown>[]): Promise<void>;
  settings(patch: Record<string, unknown>): Promise<void>;
  /** What CinetPay was asked about one transaction, oldest first. */
  requests(id: string, operation?: SeenRequest['operation']): Promise<SeenRequest[]>;
  ledger(): Promise<any>;
  /** Moves a payment's clock back: as if so many seconds more had passed since everything about it. */
  age(id: string, seconds: number): Promise<void>;
}

/** The stage of one gateway. */
export function stageOf(gateway: TestGateway): Stage {
  const { db } = gateway;
  const read = async (path: string): Promise<any> => (await gateway.call('GET', path)).body;
  return {
    ...controlsOf(gateway.simulator),
    place: (overrides, headers) => gateway.call('POST', '/v1/payments', order(overrides), headers),
    read: (id) => read(`/v1/payments/${id}`),
    history: async (id) => (await read(`/v1/payments/${id}/history`)).data,
    row: async (id) => (await db.query('SELECT * FROM transactions WHERE transaction_id = $1', [id])).rows[0],
    events: async (id) => {
      const { rows } = await db.query('SELECT type FROM events WHERE transaction_id = $1 ORDER BY sequence', [id]);
      return rows.map((event: { type: string }) => event.type);
    },
    age: async (id, seconds) => void (await db.query(AGE, [id, seconds])),
  };
}

const AGE = `UPDATE transactions SET created_at = created_at - $2 * interval '1 second', checks_from = checks_from - $2 * interval '1 second',
  next_check_at = next_check_at - $2 * interval '1 second', next_initiation_at = next_initiation_at - $2 * interval '1 second'
  WHERE transaction_id = $1`;

type Controls = Pick<Stage, 'act' | 'faults' | 'settings' | 'requests' | 'ledger'>;

function controlsOf({ url }: RunningSimulator): Controls {
  const put = async (path: string, body: unknown): Promise<void> => {
    const { status, text } = await request('PUT', `${url}/_sim/${path}`, body);
    if (status !== 200) throw new Error(`the simulator refused ${path}: ${text}`);
  };
  return {
    act: (id, what, wishes = {}) => request('POST', `${url}/_sim/transactions/${id}/${what}`, wishes),
    faults: (...rules) => put('faults', { seed: 1, rules }),
    settings: (patch) => put('settings', patch),
    requests: async (id, operation) => {
      const { status, body } = await request('GET', `${url}/_sim/transactions/${id}`);
      const seen: SeenRequest[] = status === 404 ? [] : body.requests;
      return seen.filter((one) => operation === undefined || one.operation === operation);
    },
    ledger: async () => (await request('GET', `${url}/_sim/ledger`)).body,
  };
}
