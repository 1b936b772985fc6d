import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { SITE } from '../order';
import { query } from '../postgres';
import { cpuSeconds } from '../proc';
import { rowOf, type Row } from '../results';
import { median, ratios } from '../statistics';
import { targetOf, type GatewayGround, type World } from '../world';
import { CONNECTIONS } from './throughput';

const SMALL = 10_000;
const LARGE = 1_000_000;
/** The same number of payments is due in both: the newest. */
const DUE = 6_000;
const CLAIM = 200;
const CLAIMS = 21;
const ROUNDS = 3;
const ROUND_MS = 3_000;
/** In SQL, as `filledId` writes it. */
const ID = `'BENCH' || lpad(n::text, 21, '0')`;

/** What a table of a million payments costs, against one of ten thousand: a claim of due rows, and P1 and P3. */
export async function measureGrowth(world: World): Promise<Row[]> {
  const small = await world.gatewayGround('rows_small');
  const large = await world.gatewayGround('rows_large');
  const claim = await claimStatement(world, small);
  for (const [place, rows] of [
    [small, SMALL],
    [large, LARGE],
  ] as const) {
    world.say(`growth: making ${rows} payments`);
    await fill(world, place, rows);
  }
  await world.postgres.settle();
  const claims = await measureClaims(claim, small, large);
  world.say(
    `claim of ${CLAIM}: ${claims.small.toFixed(1)} ms of ${SMALL}, ${claims.large.toFixed(1)} ms of ${LARGE} rows`,
  );
  return [
    rowOf('claim', `ms_at_${SMALL}`, { ours: [claims.small] }),
    rowOf('claim', `ms_at_${LARGE}`, { ours: [claims.large] }),
    rowOf('claim', `ms_at_${LARGE}_over_${SMALL}`, { ours: [claims.large / claims.small] }),
    ...(await measureRequests(world, small, large)),
  ];
}

/** The statement that the gateway itself claims due checks with, as the server has seen it. */
async function claimStatement(world: World, place: GatewayGround): Promise<string> {
  const gateway = await world.gateway(place);
  const sql = `SELECT query FROM pg_stat_activity WHERE datname = current_database()
    AND query LIKE '%SKIP LOCKED%' AND query LIKE '%next_check_at <= %' AND query LIKE '%woken_at IS NULL%' AND pid <> pg_backend_pid()`;
  const admin = new Client({ connectionString: place.databaseUrl });
  await admin.connect();
  try {
    for (let look = 0; look < 1_000; look++) {
      const [row] = (await admin.query<{ query: string }>(sql)).rows;
      if (row) return row.query;
      await pause(10);
    }
    throw new Error('the gateway was never seen to claim');
  } finally {
    await admin.end();
    await gateway.stop();
  }
}

/**
 * Multiplies a payment that the gateway made, with its answer, its move and its event: the newest are pending and due, all older ones are paid.
 */
async function fill(world: World, place: GatewayGround, rows: number): Promise<void> {
  const maker = await world.gateway(place, { ROLES: 'api' });
  const target = targetOf(maker, place.apiKey);
  await world.load.ask({ target, path: 'P1', connections: 1, requests: 1 });
  await maker.stop();
  const sql = `INSERT INTO transactions SELECT copy.* FROM transactions AS made,
      generate_series(1, $rows) AS n,
      LATERAL (SELECT now() - ($rows - n) * interval '1 second' AS at, n > $rows - ${DUE} AS open) AS of,
      LATERAL jsonb_populate_record(made, jsonb_build_object(
        'transaction_id', ${ID}, 'checkout_token', 'bench' || lpad(n::text, 37, '0'), 'idempotency_key', 'key-' || n,
        'created_at', of.at, 'updated_at', of.at, 'checks_from', of.at,
        'status', CASE WHEN of.open THEN 'pending' ELSE 'accepted' END, 'accepted_at', CASE WHEN of.open THEN NULL ELSE of.at END,
        'next_check_at', CASE WHEN of.open THEN of.at END)) AS copy`;
  for (const statement of [sql, ...EVIDENCE.map(multiplied)])
    await query(place.databaseUrl, statement.replaceAll('$rows', String(rows)));
}

/** What is kept about a payment beside its row. Events have their positions: nobody has to publish them. */
const EVIDENCE = [
  { table: 'cinetpay_answers', changes: `'id', n + 1_000` },
  { table: 'transaction_moves', changes: `'id', n + 1_000` },
  { table: 'events', changes: `'sequence', n + 1_000, 'id', 'bench' || n, 'position', n + 1` },
];

function multiplied({ table, changes }: (typeof EVIDENCE)[number]): string {
  return `INSERT INTO ${table} OVERRIDING SYSTEM VALUE SELECT copy.* FROM ${table} AS made, generate_series(1, $rows) AS n,
    LATERAL jsonb_populate_record(made, jsonb_build_object('transaction_id', ${ID}, ${changes})) AS copy`;
}

async function measureClaims(
  text: string,
  small: GatewayGround,
  large: GatewayGround,
): Promise<{ small: number; large: number }> {
  const clients = [small, large].map(({ databaseUrl }) => new Client({ connectionString: databaseUrl }));
  const times: number[][] = [[], []];
  for (const client of clients) await client.connect();
  for (let claim = 0; claim < CLAIMS; claim++) {
    for (const [which, client] of clients.entries()) {
      const began = performance.now();
      const { rowCount } = await client.query({ name: 'claim', text, values: [SITE.site_id, CLAIM] });
      times[which]!.push(performance.now() - began);
      if (rowCount !== CLAIM) throw new Error(`a claim took ${rowCount} rows, not ${CLAIM}`);
    }
  }
  for (const client of clients) await client.end();
  return { small: median(times[0]!), large: median(times[1]!) };
}

interface Cost {
  disk: number[];
  rate: number[];
  cpu: number[];
  postgres: number[];
}

async function measureRequests(world: World, small: GatewayGround, large: GatewayGround): Promise<Row[]> {
  const places = [small, large];
  for (const { databaseUrl } of places)
    await query(
      databaseUrl,
      `UPDATE transactions SET next_check_at = now() + interval '1 day' WHERE next_check_at IS NOT NULL`,
    );
  const servers = await Promise.all(places.map((place) => world.gateway(place)));
  const rows: Row[] = [];
  for (const path of ['P1', 'P3'] as const) {
    const costs = places.map((): Cost => ({ disk: [], rate: [], cpu: [], postgres: [] }));
    for (let round = -1; round < ROUNDS; round++) {
      for (const [which, server] of servers.entries()) {
        const [cpu, postgres] = [cpuSeconds(server.pid), world.postgres.cpuSeconds()];
        const { apiKey, databaseUrl } = places[which]!;
        const target = targetOf(server, apiKey);
        const size = await kilobytes(databaseUrl);
        const job = { target, path, connections: CONNECTIONS, milliseconds: ROUND_MS, of: which === 0 ? SMALL : LARGE };
        const done = await world.load.ask(job);
        if (round < 0) continue;
        costs[which]!.disk.push(((await kilobytes(databaseUrl)) - size) / done.requests);
        costs[which]!.rate.push(done.requests / done.seconds);
        costs[which]!.cpu.push((cpuSeconds(server.pid) - cpu) / done.requests);
        costs[which]!.postgres.push((world.postgres.cpuSeconds() - postgres) / done.requests);
      }
    }
    if (path === 'P1') rows.push(rowOf(path, 'kb_on_disk_per_payment', { ours: costs[1]!.disk }));
    for (const [name, of] of [
      ['requests_per_second', 'rate'],
      ['cpu_per_request', 'cpu'],
      ['postgres_cpu_per_request', 'postgres'],
    ] as const) {
      const grown = ratios(costs[1]![of], costs[0]![of]);
      rows.push(rowOf(path, `${name}_at_${LARGE}_over_${SMALL}`, { ours: grown }));
      world.say(`growth: ${path} ${name} × ${median(grown).toFixed(2)}`);
    }
  }
  await Promise.all(servers.map((server) => server.stop()));
  return rows;
}

async function kilobytes(databaseUrl: string): Promise<number> {
  const [row] = await query<{ kb: string }>(databaseUrl, 'SELECT pg_database_size(current_database()) / 1024 AS kb');
  return Number(row!.kb);
}
