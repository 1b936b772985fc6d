import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Path } from '../load/job';
import { cpuSeconds } from '../proc';
import { targetOf, type World } from '../world';
import { readCpuProfile, type Costs } from './cpu-profile';
import { CONNECTIONS } from './throughput';

/** Enough of each list to see what is worth a change. */
const SHOWN = 30;

/** Puts the gateway alone under the load of one path with V8's profiler on, and says where its CPU went. The profile stays in `dist/`. */
export async function profile(world: World, root: string, path: Path, milliseconds: number): Promise<void> {
  const place = await world.gatewayGround('profiled');
  const folder = join(root, 'dist', 'profiles');
  const before = new Set(profilesIn(folder));
  const rate: Record<string, string> = path === 'P2' ? { CINETPAY_RATE_PER_SECOND: '10' } : {};
  if (path !== 'P1') await load(await world.gateway(place), 'P1');
  // Module by module: costs have the names of their packages.
  const server = await world.gateway(place, rate, ['--cpu-prof', '--cpu-prof-dir', folder, 'dist/src/main.js']);
  await load(server, path);
  const cpu = cpuSeconds(server.pid);
  const { requests, seconds } = await load(server, path);
  const perRequest = ((cpuSeconds(server.pid) - cpu) / requests) * 1e6;
  await server.end();
  const file = profilesIn(folder).find((name) => !before.has(name))!;
  const costs = readCpuProfile(join(folder, file));
  world.say(`${path}: ${Math.round(requests / seconds)}/s, ${Math.round(perRequest)} µs of CPU per request, profiled`);
  // The profile holds the start and the warm-up too: shares of the whole are what counts.
  print('by package or file', costs.places);
  print('by function', costs.functions);
  print('by function of ours, with what it calls', costs.inclusive);
  world.say(`the profile: dist/profiles/${file}`);

  async function load(to: typeof server, loaded: Path): ReturnType<World['load']['ask']> {
    return world.load.ask({ target: targetOf(to, place.apiKey), path: loaded, connections: CONNECTIONS, milliseconds });
  }
}

function profilesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function print(title: string, costs: Costs): void {
  const whole = costs.reduce((sum, [, spent]) => sum + spent, 0);
  process.stdout.write(`\n${title}\n`);
  for (const [name, spent] of costs.slice(0, SHOWN))
    process.stdout.write(`${((spent / whole) * 100).toFixed(1).padStart(6)} %  ${name}\n`);
}
