import { rowOf, type Row } from '../results';
import { targetOf, type World } from '../world';
import { CONNECTIONS, FULL, warmUp } from './throughput';

const PER_SECOND = 150;
const ROUNDS = 7;
const ROUND_MS = 5_000;
/** After the warm-up under full load: at this pace other code runs (nothing comes together), on fewer connections. */
const WARMUP_MS = 10_000;
/** About what CinetPay takes on a good day (our choice). */
const CINETPAY_MS = 50;

/** P1 far below the limit, with a CinetPay that takes its time: what one caller waits for, ours against B's. */
export async function measurePaced(world: World): Promise<Row[]> {
  const ours = await world.gatewayGround('paced_ours');
  const servers = [await world.gateway(ours), await world.rival('b', await world.ground('paced_b'))];
  const contestants = servers.map((server) => ({ server, target: targetOf(server, ours.apiKey) }));
  await warmUp(world, 'P1', contestants, FULL);
  await world.stub.ask({ delayMs: CINETPAY_MS });
  const p50: Record<string, number[]> = { ours: [], b: [] };
  const p99: Record<string, number[]> = { ours: [], b: [] };
  const paced = { path: 'P1' as const, connections: CONNECTIONS, milliseconds: ROUND_MS, perSecond: PER_SECOND };
  for (const { target } of contestants) await world.load.ask({ target, ...paced, milliseconds: WARMUP_MS });
  for (let round = 0; round < ROUNDS; round++) {
    for (const { server, target } of round % 2 === 0 ? contestants : [...contestants].reverse()) {
      const { p50Ms, p99Ms } = await world.load.ask({ target, ...paced });
      p50[server.variant]!.push(p50Ms);
      p99[server.variant]!.push(p99Ms);
      world.say(`P1 at ${PER_SECOND}/s: ${server.variant} p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms`);
    }
  }
  await world.stub.ask({ delayMs: 0 });
  await Promise.all(servers.map((server) => server.stop()));
  return [rowOf('P1 at 150/s', 'p50_ms', p50), rowOf('P1 at 150/s', 'p99_ms', p99)];
}
