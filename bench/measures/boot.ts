import { rowOf, type Row } from '../results';
import type { Server } from '../servers';
import type { World } from '../world';

const ROUNDS = 5;

/** From the start of the process to its first 200, on a database that is migrated already. */
export async function measureBoot(world: World): Promise<Row[]> {
  const ours = await world.gatewayGround('boot_ours');
  const b = await world.ground('boot_b');
  const measured: Record<string, number[]> = { ours: [], b: [] };
  // The first start of each fills the file cache and makes B's tables.
  for (let round = -1; round < ROUNDS; round++) {
    for (const start of [() => world.gateway(ours), () => world.rival('b', b)] as (() => Promise<Server>)[]) {
      const server = await start();
      await server.stop();
      if (round >= 0) measured[server.variant]!.push(server.bootMs);
    }
  }
  world.say(
    `boot: ours ${measured.ours!.map(Math.round).join(', ')} ms, B ${measured.b!.map(Math.round).join(', ')} ms`,
  );
  return [rowOf('boot', 'ms_to_first_200', measured)];
}
