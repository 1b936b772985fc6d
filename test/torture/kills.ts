import { pause } from '../../src/common/clock';
import { faultPlan } from './faults';
import type { World } from './world';

/** Per 500 payments (reliability page): at least 20 kills, 2 of them of Postgres. */
const KILLS_PER_PAYMENT = 22 / 500;
const POSTGRES_KILLS_PER_PAYMENT = 2 / 500;
/** How long the claims of the killed last: after a kill at the very end the run would only wait for them. */
const LEASE_MS = 10_000;

export interface Kills {
  replicas: number;
  postgres: number;
  /** Milliseconds since 1970. */
  at: number[];
}

/** `kill -9` of gateways and of Postgres, at random moments while orders come in, which is for the next `lastsMs`. */
export async function killAll(
  world: World,
  random: () => number,
  payments: number,
  lastsMs: number,
  signal: AbortSignal,
): Promise<Kills> {
  const killedAt: number[] = [];
  const postgres = Math.max(1, Math.ceil(payments * POSTGRES_KILLS_PER_PAYMENT));
  const replicas = Math.max(1, Math.ceil(payments * KILLS_PER_PAYMENT) - postgres);
  const victims = [
    ...new Array<'replica'>(replicas).fill('replica'),
    ...new Array<'postgres'>(postgres).fill('postgres'),
  ];
  const lastMs = Math.max(lastsMs - LEASE_MS, lastsMs / 2);
  const order = victims.map((victim) => ({ victim, at: random() * lastMs })).sort((a, b) => a.at - b.at);
  let now = 0;
  for (const { victim, at } of order) {
    await pause(at - now, signal);
    now = at;
    killedAt.push(Date.now());
    if (victim === 'postgres') await world.storage.kill();
    else world.replicas[Math.floor(random() * world.replicas.length)]!.kill();
  }
  return { replicas, postgres, at: killedAt };
}

/** Three times in the next `lastsMs`, half of all calls are answered 429 for half a second. */
export async function burst429(world: World, seed: number, lastsMs: number, signal: AbortSignal): Promise<void> {
  const bursts = 3;
  for (let n = 1; n <= bursts && !signal.aborted; n++) {
    await pause(lastsMs / (bursts + 1), signal);
    await putFaults(world, faultPlan(seed + n, true));
    await pause(500, signal);
    await putFaults(world, faultPlan(seed + n, false));
  }
}

export async function putFaults(world: World, plan: unknown): Promise<void> {
  await fetch(`${world.simulator.url}/_sim/faults`, { method: 'PUT', body: JSON.stringify(plan) });
}
