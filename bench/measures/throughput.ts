import type { Child } from '../child';
import type { FloorJob, FloorOutcome } from '../floor/main';
import type { Outcome, Path, Target } from '../load/job';
import { cpuSeconds, residentMb } from '../proc';
import { rowOf, type Row, type Variant } from '../results';
import type { Server } from '../servers';
import { median, ratios } from '../statistics';
import { targetOf, type World } from '../world';

/** How long and how often each variant is put under load. */
export interface Plan {
  rounds: number;
  roundMs: number;
  /** Least time of the warm-up. */
  warmupMs: number;
  /** Requests after which V8 has seen enough. */
  warmupRequests: number;
  /** How often the time of the warm-up may pass until then. */
  warmupTurns: number;
  /** Whether memory is measured beside it, idle and after P1. */
  memory: boolean;
}

export const FULL: Plan = {
  rounds: 7,
  roundMs: 3_000,
  warmupMs: 5_000,
  warmupRequests: 12_000,
  warmupTurns: 3,
  memory: true,
};
export const QUICK: Plan = {
  rounds: 3,
  roundMs: 2_000,
  warmupMs: 2_000,
  warmupRequests: 5_000,
  warmupTurns: 2,
  memory: false,
};

/** As many callers as performance bars are written for. */
export const CONNECTIONS = 64;

/** P1 to P3, and what share of the database's limit B reached in each. */
export interface Throughput {
  rows: Row[];
  shareOfB: Record<string, number>;
}

interface Contestant {
  server: Server;
  target: Target;
}

/** One round of one variant. */
interface Round {
  rate: number;
  cpuUs: number;
  postgresUs: number;
  p50Ms: number;
  p99Ms: number;
}

/** Measures P1 to P3, variant against variant, and the database alone. */
export async function measureThroughput(world: World, plan: Plan): Promise<Throughput> {
  const ours = await world.gatewayGround('ours');
  const floor = await world.startFloor();
  const [b, d] = [await world.rival('b', await world.ground('b')), await world.rival('d', await world.ground('d'))];
  let gateway = await world.gateway(ours);
  const contestants = (): Contestant[] =>
    [gateway, b, d].map((server) => ({ server, target: targetOf(server, ours.apiKey) }));
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const idle = memoryOf([gateway, b, d]);
  const result: Throughput = { rows: [], shareOfB: {} };
  await measurePath(world, 'P1', contestants(), floor, plan, result);
  const loaded = memoryOf([gateway, b, d]);
  await measurePath(world, 'P3', contestants(), floor, plan, result);
  await gateway.stop();
  // What a notification wakes is asked about at the budget's pace. The rivals ask nobody, so here it is the pace of production.
  gateway = await world.gateway(ours, { CINETPAY_RATE_PER_SECOND: '10' });
  await measurePath(world, 'P2', contestants(), floor, plan, result);
  await Promise.all([gateway, b, d, floor].map((one) => one.stop()));
  result.rows.sort((one, other) => one.path.localeCompare(other.path));
  if (plan.memory) result.rows.push(rowOf('memory', 'idle_mb', idle), rowOf('memory', 'loaded_mb', loaded));
  return result;
}

function memoryOf(servers: Server[]): Record<Variant, number[]> {
  return Object.fromEntries(servers.map(({ variant, pid }) => [variant, [residentMb(pid)]])) as Record<
    Variant,
    number[]
  >;
}

async function measurePath(
  world: World,
  path: Path,
  contestants: Contestant[],
  floor: Child<FloorJob, FloorOutcome>,
  plan: Plan,
  result: Throughput,
): Promise<void> {
  const { rounds, roundMs } = plan;
  await warmUp(world, path, contestants, plan);
  const measured: Record<Variant, Round[]> = { ours: [], b: [], d: [] };
  const limits: number[] = [];
  for (let round = 0; round < rounds; round++) {
    // Every other round runs backwards: who comes after whom must not matter.
    for (const contestant of round % 2 === 0 ? contestants : [...contestants].reverse())
      measured[contestant.server.variant].push(await measureRound(world, path, contestant, roundMs));
    const { requests, seconds } = await floor.ask({ path, milliseconds: roundMs / 2 });
    limits.push(requests / seconds);
    world.say(progress(path, round, rounds, measured, limits));
  }
  result.rows.push(...rowsOf(path, measured, limits));
  result.shareOfB[path] = median(ratios(measured.b.map(rateOf), limits));
}

/** Until V8 has compiled what it compiles, and the databases are as autovacuum would have them. */
export async function warmUp(world: World, path: Path, whom: { target: Target }[], plan: Plan): Promise<void> {
  world.say(`${path}: warming up`);
  for (const { target } of whom) {
    const job = { target, path, connections: CONNECTIONS, milliseconds: plan.warmupMs };
    let warmed = 0;
    for (let turn = 0; turn < plan.warmupTurns && warmed < plan.warmupRequests; turn++)
      warmed += (await world.load.ask(job)).requests;
  }
  await world.postgres.settle();
}

async function measureRound(
  world: World,
  path: Path,
  { server, target }: Contestant,
  milliseconds: number,
): Promise<Round> {
  const cpu = cpuSeconds(server.pid);
  const postgres = world.postgres.cpuSeconds();
  const outcome = await world.load.ask({ target, path, connections: CONNECTIONS, milliseconds });
  const each = (seconds: number): number => (seconds / outcome.requests) * 1e6;
  return {
    rate: outcome.requests / outcome.seconds,
    cpuUs: each(cpuSeconds(server.pid) - cpu),
    postgresUs: each(world.postgres.cpuSeconds() - postgres),
    ...latencyOf(outcome),
  };
}

function latencyOf({ p50Ms, p99Ms }: Outcome): Pick<Round, 'p50Ms' | 'p99Ms'> {
  return { p50Ms, p99Ms };
}

const rateOf = ({ rate }: Round): number => rate;

function rowsOf(path: Path, measured: Record<Variant, Round[]>, limits: number[]): Row[] {
  const of = (figure: (round: Round) => number): Record<Variant, number[]> => ({
    ours: measured.ours.map(figure),
    b: measured.b.map(figure),
    d: measured.d.map(figure),
  });
  const shares = { ours: [], b: [], d: [] } as Record<Variant, number[]>;
  for (const variant of Object.keys(shares) as Variant[])
    shares[variant] = ratios(measured[variant].map(rateOf), limits);
  return [
    rowOf(path, 'requests_per_second', of(rateOf)),
    rowOf(path, 'requests_per_second_against_d', of(rateOf)),
    rowOf(
      path,
      'cpu_us_per_request',
      of(({ cpuUs }) => cpuUs),
    ),
    rowOf(
      path,
      'postgres_cpu_us_per_request',
      of(({ postgresUs }) => postgresUs),
    ),
    rowOf(
      path,
      'p50_ms',
      of(({ p50Ms }) => p50Ms),
    ),
    rowOf(
      path,
      'p99_ms',
      of(({ p99Ms }) => p99Ms),
    ),
    rowOf(path, 'share_of_database_limit', shares),
  ];
}

function progress(
  path: Path,
  round: number,
  rounds: number,
  measured: Record<Variant, Round[]>,
  limits: number[],
): string {
  const last = (variant: Variant): string => Math.round(measured[variant].at(-1)!.rate).toString();
  const rates = `ours ${last('ours')}/s, B ${last('b')}/s, D ${last('d')}/s, database ${Math.round(limits.at(-1)!)}/s`;
  return `${path}: round ${round + 1} of ${rounds}: ${rates}`;
}
