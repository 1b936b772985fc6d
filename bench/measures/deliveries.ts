import { setTimeout as pause } from 'node:timers/promises';
import { startChild } from '../child';
import { query } from '../postgres';
import { rowOf, type Row } from '../results';
import type { StubReport, StubSettings } from '../stub/main';
import { targetOf, type World } from '../world';
import { CONNECTIONS } from './throughput';

const DELIVERIES = 8_000;
const RECEIVER_MS = 20;
const PATIENCE_MS = 60_000;

/** One gateway that owes one receiver some thousand deliveries, all of them due. */
export async function measureDeliveries(world: World): Promise<Row[]> {
  const place = await world.gatewayGround('deliveries');
  const gateway = await world.gateway(place);
  const target = targetOf(gateway, place.apiKey);
  await world.load.ask({ target, path: 'P1', connections: CONNECTIONS, requests: DELIVERIES });
  await until(async () => (await count(place.databaseUrl, 'events WHERE position IS NULL')) === 0);
  const receiver = startChild<StubSettings, StubReport>('stub/main');
  const { port } = await receiver.ask({ delayMs: RECEIVER_MS });
  const call = async (path: string, body: object): Promise<Record<string, unknown>> => {
    const response = await fetch(`http://127.0.0.1:${gateway.port}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${place.apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path} was answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as Record<string, unknown>;
  };
  const { id } = await call('/v1/webhook-endpoints', { url: `http://127.0.0.1:${port}/webhook` });
  // Everything that happened before there was an endpoint, at once.
  await call(`/v1/webhook-endpoints/${String(id)}/replay`, { since: '2020-01-01T00:00:00Z' });
  await until(
    async () => (await count(place.databaseUrl, `webhook_deliveries WHERE status = 'delivered'`)) >= DELIVERIES,
  );
  await gateway.stop();
  const { requests, spanMs } = await receiver.ask({});
  await receiver.stop();
  const rate = ((requests - 1) / spanMs) * 1000;
  world.say(`deliveries: ${requests} to a receiver that takes ${RECEIVER_MS} ms, ${rate.toFixed(0)}/s`);
  return [rowOf('deliveries', 'deliveries_per_second', { ours: [rate] })];
}

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while (!(await isTrue())) {
    if (Date.now() > end) throw new Error('the deliveries did not end');
    await pause(50);
  }
}

async function count(databaseUrl: string, from: string): Promise<number> {
  return (await query<{ count: number }>(databaseUrl, `SELECT count(*)::int AS count FROM ${from}`))[0]!.count;
}
