// Proves that replicas that start together migrate once, that every constraint and index has a name of ours, and that the way back works.
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import type { Client } from 'pg';
import { isMigrated, MIGRATIONS, runMigrations } from '../../src/database/migrate';
import { connect } from '../support/database';

let server: Client;
let db: Client;
let url: string;

beforeAll(async () => {
  server = await connect(inject('postgresUrl'));
  const name = `migrations_${process.pid}`;
  await server.query(`CREATE DATABASE ${name}`);
  const address = new URL(inject('postgresUrl'));
  address.pathname = `/${name}`;
  url = address.href;
  db = await connect(url);
});

afterAll(async () => {
  await db.end();
  await server.query(`DROP DATABASE migrations_${process.pid} WITH (FORCE)`);
  await server.end();
});

it('runs each migration once although six replicas start at the same time, and again finds nothing to do', async () => {
  await Promise.all(Array.from({ length: 6 }, () => runMigrations(url)));
  await runMigrations(url);
  const { rows } = await db.query<{ name: string }>('SELECT name FROM migrations ORDER BY id');
  expect(rows.map(({ name }) => name)).toEqual(MIGRATIONS.map(({ name }) => name));
});

it('counts only migrations that it knows: those of a release that was never finished make up for none', async () => {
  const runner = { rows: async (statement: any, values: any) => (await db.query(statement.text, values)).rows } as any;
  expect(await isMigrated(runner)).toBe(true);
  const [latest] = MIGRATIONS.slice(-1);
  await db.query('UPDATE migrations SET name = name || $2 WHERE name = $1', [latest!.name, 'Draft']);
  expect(await isMigrated(runner)).toBe(false);
  await db.query('INSERT INTO migrations (timestamp, name) VALUES (1, $1)', ['OfTomorrow1']);
  expect(await isMigrated(runner)).toBe(false);
  await db.query('UPDATE migrations SET name = $1 WHERE name = $2', [latest!.name, `${latest!.name}Draft`]);
  expect(await isMigrated(runner)).toBe(true);
  await db.query(`DELETE FROM migrations WHERE name = 'OfTomorrow1'`);
});

it('names every constraint and index after its table', async () => {
  const { rows } = await db.query<{ relation: string; name: string }>(
    `SELECT r.relname AS relation, i.relname AS name FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class r ON r.oid = x.indrelid
       JOIN pg_namespace n ON n.oid = r.relnamespace WHERE n.nspname = 'public' AND r.relname <> 'migrations'
     UNION SELECT r.relname, c.conname FROM pg_constraint c JOIN pg_class r ON r.oid = c.conrelid JOIN pg_namespace n ON n.oid = r.relnamespace
       WHERE n.nspname = 'public' AND r.relname <> 'migrations' AND c.contype <> 'n'`,
  );
  expect(rows.length).toBeGreaterThan(40);
  // Postgres' own names end in a number where two would be the same: those nobody chose.
  expect(rows.filter(({ relation, name }) => !name.startsWith(`${relation}_`) || /\d$/.test(name))).toEqual([]);
});

it('leaves the checks in force that keep money straight', async () => {
  const refused = async (sql: string): Promise<string> =>
    db.query(sql).then(
      () => 'taken',
      (error: { constraint?: string }) => error.constraint ?? 'other',
    );
  const row = (values: string): string =>
    `INSERT INTO transactions (transaction_id, caller, origin, site_id, integration, currency, description, channels, lang, lock_phone_number,
       card_available, wire_body, checkout_token, amount, status, accepted_at, next_check_at)
     VALUES ('T', 'c', 'api', '1', 'redirect', 'XOF', 'd', 'ALL', 'fr', false, false, '{}', 't', ${values})`;
  expect(await refused(row(`5, 'paid', NULL, NULL`))).toBe('payment_status_check');
  expect(await refused(row(`0, 'created', NULL, NULL`))).toBe('payment_amount_check');
  expect(await refused(row(`5, 'accepted', NULL, NULL`))).toBe('transactions_accepted_check');
  expect(await refused(row(`5, 'accepted', now(), now()`))).toBe('transactions_accepted_rests_check');
  expect(
    await refused(`INSERT INTO transaction_moves (transaction_id, from_status, to_status, cause, at)
      VALUES ('T', 'pending', 'accepted', 'time', now())`),
  ).toBe('transaction_moves_evidence_check');
});

it('goes all the way back', async () => {
  const source = await new DataSource({ type: 'postgres', url, migrations: MIGRATIONS }).initialize();
  for (let i = 0; i < MIGRATIONS.length; i++) await source.undoLastMigration();
  await source.destroy();
  const { rows } = await db.query(
    `SELECT typname AS relname FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE n.nspname = 'public' AND t.typtype = 'd'
     UNION SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND relkind IN ('r', 'S') AND relname !~ '^migrations'`,
  );
  expect(rows).toEqual([]);
});
