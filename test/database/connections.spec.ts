// Proves that a connection which is lost while it is in use ends a request at most, never the process; that a refused LISTEN costs no connection; and
// that a pool without a free one answers 503 before anybody else hears of anything.
import type { Client, PoolClient } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '../../src/common/ids';
import { isStorageFault } from '../../src/common/storage-fault';
import { Sql } from '../../src/database/sql';
import { WorkSignal } from '../../src/database/work-signal';
import { formOf, notify, SITE } from '../notifications/forms';
import { connect, createTestDatabase, type TestDatabase } from '../support/database';
import { startDatabaseLine, type DatabaseLine } from '../support/database-line';
import { eventually, startTestGateway, type TestGateway } from '../support/gateway';
import { services, until } from '../support/services';
import { stageOf } from '../support/stage';
import { checked, says, startStandIn, type StandIn } from '../support/stand-in';

let behind: TestDatabase;
let line: DatabaseLine;
let standIn: StandIn;
/** A connection that goes round the line. */
let witness: Client;
/** What would have ended the process. */
const uncaught: unknown[] = [];
const note = (error: unknown): void => void uncaught.push(error);
beforeAll(async () => {
  process.on('uncaughtException', note);
  behind = await createTestDatabase();
  line = await startDatabaseLine(behind);
  standIn = await startStandIn();
  witness = await connect(behind.url);
});
afterAll(async () => {
  await witness.end();
  for (const part of [standIn, line]) await part.close();
  await behind.drop();
  process.off('uncaughtException', note);
});
beforeEach(() => void (standIn.heard.length = 0));
afterEach(() => expect(uncaught.splice(0)).toEqual([]));

const start = (env: Record<string, string>): Promise<TestGateway> =>
  startTestGateway({ database: line.database, env: { CINETPAY_BASE_URL: standIn.url, ...env } });
const ended = async (id: string): Promise<any> => {
  // Whoever had it has lost it; a test need not wait for the end of its lease.
  await witness.query('UPDATE transactions SET lease_until = clock_timestamp() WHERE transaction_id = $1', [id]);
  return eventually(async () => {
    const { rows } = await witness.query(
      `SELECT t.status, t.status_reason, d.open_transaction_id, d.paid_transaction_id,
        (SELECT array_agg(type::text ORDER BY sequence) FROM events e WHERE e.transaction_id = t.transaction_id) AS events
      FROM transactions t JOIN order_doors d USING (caller, order_reference)
      WHERE t.transaction_id = $1 AND t.status IN ('accepted', 'rejected')`,
      [id],
    );
    expect(rows).toHaveLength(1);
    return rows[0];
  }, 15_000);
};

describe('a connection that is lost inside a transaction', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await start({ INITIATION_RETRY_SECONDS: '1' });
  });
  afterAll(() => gateway.close());

  const MOMENTS = [
    ['order_door_lock', 'before'],
    ['transaction_settle', 'after'],
    ['COMMIT', 'before'],
    ['COMMIT', 'after'],
  ] as const;

  it.each(MOMENTS)('at %s, %s Postgres has it, leaves a refusal to the worker: 202', async (statement, when) => {
    const transaction_id = newId();
    standIn.says(transaction_id, 'payment', { body: says('608') });
    standIn.before = () => {
      line.cutAt(statement, when);
      standIn.before = () => undefined;
    };
    const { status, body } = await stageOf(gateway).place({ transaction_id, order_reference: newId() });
    expect([status, body.status]).toEqual([202, 'created']);
    const { events, ...row } = await ended(transaction_id);
    expect([row, events]).toEqual([
      {
        status: 'rejected',
        // Asked again it looks like an id that exists already, so that a check decides.
        status_reason: statement === 'COMMIT' && when === 'after' ? '608 WORDS' : 'link_lost',
        open_transaction_id: null,
        paid_transaction_id: null,
      },
      ['payment.rejected'],
    ]);
  });

  const PAID = { body: checked('00', { amount: '2500', currency: 'XOF', status: 'ACCEPTED' }) };

  it.each(MOMENTS)('at %s, %s Postgres has it, loses no acceptance: 503, then paid once', async (statement, when) => {
    const transaction_id = newId();
    expect((await stageOf(gateway).place({ transaction_id, order_reference: newId() })).status).toBe(201);
    standIn.says(transaction_id, 'check', PAID);
    line.cutAt(statement, when);
    const { status, body } = await gateway.call('POST', `/v1/payments/${transaction_id}/verify`);
    expect([status, body.code]).toEqual([503, 'storage_unavailable']);
    expect(await ended(transaction_id)).toEqual({
      ...{ status: 'accepted', status_reason: null },
      ...{ open_transaction_id: null, paid_transaction_id: transaction_id },
      events: ['payment.pending', 'payment.accepted'],
    });
  });

  it('because Postgres ends it while it waits for the door is one 503, and the payment is paid all the same', async () => {
    const transaction_id = newId();
    await stageOf(gateway).place({ transaction_id, order_reference: newId() });
    standIn.says(transaction_id, 'check', PAID);
    await witness.query('BEGIN');
    await witness.query('SELECT 1 FROM order_doors WHERE open_transaction_id = $1 FOR UPDATE', [transaction_id]);
    const verified = gateway.call('POST', `/v1/payments/${transaction_id}/verify`);
    await eventually(async () => {
      await witness.query('SELECT pg_stat_clear_snapshot()');
      const waiting = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%FROM order_doors%'`;
      expect((await witness.query(waiting)).rowCount).toBe(1);
    });
    const { status, body } = await verified;
    await witness.query('COMMIT');
    expect([status, body.code]).toEqual([503, 'storage_unavailable']);
    expect(await ended(transaction_id)).toMatchObject({ status: 'accepted', paid_transaction_id: transaction_id });
  });
});

describe('a process that stands still inside a transaction', () => {
  it('holds its rows no longer than a statement may wait for them, and hears afterwards that its transaction is over', async () => {
    const gateway = await start({});
    const transaction_id = newId();
    await stageOf(gateway).place({ transaction_id });
    const held = { name: 'hold', text: 'UPDATE transactions SET revision = revision + 1 WHERE transaction_id = $1' };
    const setting = { name: 'patience', text: 'SHOW idle_in_transaction_session_timeout' };
    const sql = gateway.app.get(Sql);
    const late = sql.transaction(async (runner) => {
      expect(await runner.rows(setting, [])).toEqual([{ idle_in_transaction_session_timeout: '5s' }]);
      await runner.rows({ name: 'hurry', text: 'SET LOCAL idle_in_transaction_session_timeout = 50' }, []);
      await runner.rows(held, [transaction_id]);
      await witness.query(held.text, [transaction_id]);
      await runner.rows(held, [transaction_id]);
    });
    const fault: unknown = await late.catch((error: unknown) => error);
    expect(isStorageFault(fault)).toBe(true);
    expect((await gateway.call('GET', `/v1/payments/${transaction_id}`)).status).toBe(200);
    await gateway.close();
  });

  it.each(['25P03', '57014'])('hears of a storage fault, also in the word of Postgres, %s', (code) => {
    expect(isStorageFault(Object.assign(new Error('terminating connection'), { code }))).toBe(true);
  });
});

describe('LISTEN that Postgres refuses', () => {
  it('costs no connection, however often it is tried, and works once it is allowed', async () => {
    const module = await services(behind.url, [], { databasePool: 2 }).compile();
    const sql = module.get(Sql);
    let refusals = 0;
    // As a standby does: the connection is well, the statement is not.
    const standby = Object.create(sql, {
      connect: {
        value: async (): Promise<PoolClient> => {
          const connection = await sql.connect();
          if (refusals++ < 3) await connection.query('BEGIN; SELECT 1/0').catch(() => undefined);
          return connection;
        },
      },
    }) as Sql;
    const signal = new WorkSignal(standby);
    let heard = 0;
    signal.on('check', () => void heard++);
    await until(() => refusals > 3);
    await until(async () => {
      await witness.query(`SELECT pg_notify('gateway_work', 'check')`);
      return heard > 0;
    });
    expect(await sql.rows({ name: 'one', text: 'SELECT 1 AS one' }, [])).toEqual([{ one: 1 }]);
    await signal.beforeApplicationShutdown();
    await module.close();
  });
});

describe('a pool without a free connection', () => {
  it('answers 503 to an order and to a notification, keeps and sends nothing, and takes both when there is one', async () => {
    // Nobody listens or publishes here: every connection can be held.
    const gateway = await start({ ROLES: 'api', DATABASE_POOL: '4' });
    const sql = gateway.app.get(Sql);
    const held = await Promise.all(Array.from({ length: 4 }, () => sql.connect()));
    const transaction_id = newId();
    const order = { transaction_id, order_reference: newId() };
    const [placed, told] = await Promise.all([
      stageOf(gateway).place(order),
      notify(gateway, formOf(transaction_id, { cpm_site_id: SITE.site_id })),
    ]);
    expect([placed.status, placed.body.code, told.status]).toEqual([503, 'storage_unavailable', 503]);
    const kept = `SELECT (SELECT count(*) FROM notifications WHERE transaction_id = $1)::int AS notifications,
      (SELECT count(*) FROM transactions WHERE transaction_id = $1)::int AS transactions`;
    expect((await witness.query(kept, [transaction_id])).rows).toEqual([{ notifications: 0, transactions: 0 }]);
    expect(standIn.heard).toEqual([]);
    for (const connection of held) connection.release();
    expect((await stageOf(gateway).place(order)).status).toBe(201);
    expect((await notify(gateway, formOf(transaction_id))).status).toBe(200);
    expect((await witness.query(kept, [transaction_id])).rows).toEqual([{ notifications: 1, transactions: 1 }]);
    expect(standIn.heard).toHaveLength(1);
    await gateway.close();
  });
});
