import { expect } from 'vitest';
import { newId } from '../../src/common/ids';
import { WorkSignal } from '../../src/database/work-signal';
import { writeEvent, type EventFields } from '../support/events';
import { eventually, type Answer, type TestGateway } from '../support/gateway';
import { startReceiver, type Receiver } from './receiver';

/** A caller of its own with one endpoint at a receiver of its own. */
export interface Scene {
  caller: string;
  /** Of the endpoint. */
  id: string;
  secret: string;
  receiver: Receiver;
  call: (method: string, path: string, body?: unknown) => Promise<Answer>;
  /** Writes an event of this caller; returns its id. */
  write: (fields?: EventFields) => Promise<string>;
  deliveries: (query?: string) => Promise<any[]>;
  /** Waits until this many requests have come. */
  arrived: (count: number, timeoutMs?: number) => Promise<void>;
  /** Waits until there are deliveries and all of them have this status. */
  settled: (status: string, timeoutMs?: number) => Promise<any[]>;
}

export async function scene(gateway: TestGateway, endpoint: object = {}): Promise<Scene> {
  const caller = `caller-${newId()}`;
  const headers = { authorization: `Bearer ${await gateway.createKey(caller)}` };
  const call: Scene['call'] = (method, path, body) => gateway.call(method, path, body, headers);
  const receiver = await startReceiver();
  const { id, secret } = (await call('POST', '/v1/webhook-endpoints', { url: receiver.url, ...endpoint })).body;
  const deliveries: Scene['deliveries'] = async (query = '') => (await call('GET', `/v1/deliveries${query}`)).body.data;
  return {
    ...{ caller, id, secret, receiver, call, deliveries },
    write: async (fields = {}) => {
      const event = await writeEvent(gateway.db, { caller, ...fields });
      gateway.app.get(WorkSignal).nudge('event');
      return event;
    },
    arrived: async (count, timeoutMs) => {
      await eventually(() => expect(receiver.arrivals.length).toBeGreaterThanOrEqual(count), timeoutMs);
    },
    settled: (status, timeoutMs) =>
      eventually(async () => {
        const all = await deliveries();
        expect(all.length).toBeGreaterThan(0);
        expect(all.map((one) => one.status)).toEqual(all.map(() => status));
        return all;
      }, timeoutMs),
  };
}
