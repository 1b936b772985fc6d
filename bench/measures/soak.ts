import { cpuSeconds } from '../proc';
import { rowOf, type Row } from '../results';
import type { Server } from '../servers';
import { targetOf, type GatewayGround, type World } from '../world';
import { CONNECTIONS } from './throughput';

const EDGE = 10_000;
const MIDDLE = 130_000;
const PAYMENTS = 1_000;

/** 150,000 requests of one caller in one window of the throttle: the last may not cost more than the first. */
export async function measureSoak(world: World): Promise<Row[]> {
  const place = await world.gatewayGround('soak');
  const gateway = await world.gateway(place, { THROTTLE_WINDOW_SECONDS: '3600' });
  await warm(world, gateway, place);
  const isThrottled = await hasThrottle(gateway, place);
  const first = await read(world, gateway, place.apiKey, EDGE);
  const middle = await read(world, gateway, place.apiKey, MIDDLE);
  const last = await read(world, gateway, place.apiKey, EDGE);
  await gateway.stop();
  const failures = isThrottled ? first.failures + middle.failures + last.failures : NaN;
  const growth = isThrottled ? last.cpu / first.cpu : NaN;
  world.say(
    `throttle soak: ${isThrottled ? `${failures} answers 5xx, CPU × ${growth.toFixed(2)}` : 'there is no throttle'}`,
  );
  return [
    rowOf('throttle soak', 'answers_5xx', { ours: [failures] }),
    rowOf('throttle soak', 'cpu_last_over_first', { ours: [growth] }),
  ];
}

// Under another key, so that the first requests of the measured one find warm code and an empty window.
async function warm(world: World, gateway: Server, place: GatewayGround): Promise<void> {
  const target = targetOf(gateway, place.apiKey);
  await world.load.ask({ target, path: 'P1', connections: CONNECTIONS, requests: PAYMENTS });
  const other = { ...target, apiKey: place.otherKey };
  await world.load.ask({ target: other, path: 'P3', connections: CONNECTIONS, requests: EDGE, tolerant: true });
}

async function read(
  world: World,
  gateway: Server,
  apiKey: string,
  requests: number,
): Promise<{ cpu: number; failures: number }> {
  const before = cpuSeconds(gateway.pid);
  const target = targetOf(gateway, apiKey);
  const { statuses } = await world.load.ask({ target, path: 'P3', connections: CONNECTIONS, requests, tolerant: true });
  const failures = Object.entries(statuses).map(([status, count]) => (Number(status) >= 500 ? count : 0));
  const cpu = (cpuSeconds(gateway.pid) - before) / requests;
  return { cpu, failures: failures.reduce((sum, count) => sum + count, 0) };
}

// Without one there would be nothing to find.
async function hasThrottle(gateway: Server, { apiKey }: GatewayGround): Promise<boolean> {
  const headers = { authorization: `Bearer ${apiKey}` };
  const response = await fetch(`http://127.0.0.1:${gateway.port}/v1/payments?limit=1`, { headers });
  await response.text();
  return response.headers.has('ratelimit');
}
