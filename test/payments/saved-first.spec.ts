// Proves promise 1: the row is committed before the first byte reaches CinetPay, and whatever becomes of the database around the call, nothing is
// sent that was not saved, nothing saved is lost, and nothing is inserted twice.
import type { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '../../src/common/ids';
import { connect, createTestDatabase, type TestDatabase } from '../support/database';
import { startDatabaseLine, type DatabaseLine } from '../support/database-line';
import { eventually, startTestGateway, type Answer, type TestGateway } from '../support/gateway';
import { startStandIn, type StandIn } from '../support/stand-in';
import { stageOf, type Stage } from '../support/stage';

let behind: TestDatabase;
let line: DatabaseLine;
let standIn: StandIn;
let gateway: TestGateway;
let stage: Stage;
/** A second connection, that goes round the line. */
let witness: Client;
beforeAll(async () => {
  behind = await createTestDatabase();
  line = await startDatabaseLine(behind);
  standIn = await startStandIn();
  gateway = await startTestGateway({
    database: line.database,
    env: { CINETPAY_BASE_URL: standIn.url, INITIATION_RETRY_SECONDS: '1' },
  });
  stage = stageOf(gateway);
  witness = await connect(behind.url);
});
afterAll(async () => {
  await witness.end();
  await gateway.close();
  for (const part of [standIn, line]) await part.close();
  await behind.drop();
});
beforeEach(async () => {
  await witness.query('ROLLBACK');
  line.mend();
  standIn.before = () => undefined;
  standIn.heard.length = 0;
});

async function rowOf(id: string): Promise<any> {
  return (await witness.query('SELECT * FROM transactions WHERE transaction_id = $1', [id])).rows[0];
}
/** Holds inserts up, runs `meanwhile` when one waits, and lets it go on. */
async function whileInsertWaits(place: () => Promise<Answer>, meanwhile: () => void): Promise<Answer> {
  await witness.query('BEGIN; LOCK TABLE transactions IN SHARE MODE');
  const placed = place();
  const waiting = `SELECT 1 FROM pg_stat_activity
    WHERE wait_event_type = 'Lock' AND query LIKE '%INSERT INTO transactions%' AND datname = current_database()`;
  await eventually(async () => {
    await witness.query('SELECT pg_stat_clear_snapshot()');
    expect((await witness.query(waiting)).rowCount).toBe(1);
  });
  meanwhile();
  await witness.query('COMMIT');
  return placed;
}
const withoutApikey = (raw: string): string => raw.replace(/^\{"apikey":"[^"]*",/, '{');
/** The worker takes a row over when the lease of whoever had it is over, which a test need not wait for. */
async function becomesPending(id: string): Promise<void> {
  await witness.query('UPDATE transactions SET lease_until = clock_timestamp() WHERE transaction_id = $1', [id]);
  await eventually(async () => expect((await rowOf(id)).status).toBe('pending'), 15_000);
}
/** The service has noticed that its database is back. */
const recovers = (): Promise<void> =>
  eventually(async () => expect((await gateway.call('GET', '/v1/payments?limit=1')).status).toBe(200), 15_000);

describe('when CinetPay hears of an order', () => {
  it('its row, its door and the bytes that it hears are committed', async () => {
    const seen: any[] = [];
    standIn.before = async ({ body }) => {
      const door = await witness.query('SELECT * FROM order_doors WHERE open_transaction_id = $1', [
        body.transaction_id,
      ]);
      seen.push({ ...(await rowOf(body.transaction_id)), doors: door.rowCount });
    };
    const { status, body } = await stage.place(
      { order_reference: newId(), metadata: 'é' },
      { 'idempotency-key': newId() },
    );
    expect(status).toBe(201);
    const [heard] = standIn.heard;
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({
      transaction_id: body.transaction_id,
      status: 'created',
      maybe_sent: true,
      doors: 1,
    });
    expect(seen[0].wire_body).toBe(withoutApikey(heard!.raw));
    expect(seen[0].wire_body).not.toContain('apikey');
    expect([seen[0].lease_number, seen[0].lease_until > seen[0].created_at]).toEqual([1, true]);
  });

  it('the insert is over: while it has to wait, nothing is sent', async () => {
    const { status } = await whileInsertWaits(
      () => stage.place(),
      () => expect(standIn.heard).toEqual([]),
    );
    expect([status, standIn.heard.length]).toEqual([201, 1]);
  });
});

describe('a database that is away', () => {
  it('before the call answers 503, and CinetPay hears nothing; the same request is taken when it is back', async () => {
    const transaction_id = newId();
    line.cut();
    const { status, headers, body } = await stage.place({ transaction_id });
    expect([status, body.code, body.safe_to_retry]).toEqual([503, 'storage_unavailable', 'same_request']);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    line.mend();
    await recovers();
    expect([standIn.heard, await rowOf(transaction_id)]).toEqual([[], undefined]);
    expect((await stage.place({ transaction_id })).status).toBe(201);
    expect(standIn.heard).toHaveLength(1);
  });

  it('just at the insert answers 503; the same request is taken', async () => {
    const transaction_id = newId();
    line.cutAt('transaction_insert', 'before');
    expect((await stage.place({ transaction_id })).body.code).toBe('storage_unavailable');
    expect([standIn.heard, await rowOf(transaction_id)]).toEqual([[], undefined]);
    expect((await stage.place({ transaction_id })).status).toBe(201);
  });

  it('between its commit and our hearing of it is asked what became of the row: it is there, and goes on', async () => {
    const transaction_id = newId();
    const headers = { 'idempotency-key': newId() };
    line.cutAt('transaction_insert', 'after');
    const { status, body } = await stage.place({ transaction_id, order_reference: newId() }, headers);
    expect([status, body.status]).toEqual([201, 'pending']);
    expect([standIn.heard.length, (await rowOf(transaction_id)).revision]).toEqual([1, 2]);
  });

  it('between its commit and our hearing of it, where another replica has taken it by then, answers 202 and leaves it to that one', async () => {
    const transaction_id = newId();
    await witness.query(`CREATE FUNCTION take() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        UPDATE transactions SET lease_number = 2 WHERE transaction_id = NEW.transaction_id; RETURN NULL; END $$`);
    await witness.query(`CREATE TRIGGER taken AFTER INSERT ON transactions FOR EACH ROW EXECUTE FUNCTION take()`);
    line.cutAt('transaction_insert', 'after');
    const { status, body } = await stage.place({ transaction_id });
    await witness.query('DROP FUNCTION take CASCADE');
    expect([status, body.transaction_id, body.status]).toEqual([202, transaction_id, 'created']);
    expect(standIn.heard).toEqual([]);
    await becomesPending(transaction_id);
    expect(standIn.heard).toHaveLength(1);
  });

  it('from the commit on, for longer, answers 503, although the row is there: it gets its counter all the same', async () => {
    const transaction_id = newId();
    const { body } = await whileInsertWaits(
      () => stage.place({ transaction_id }),
      () => line.cut(),
    );
    expect(body).toMatchObject({ code: 'storage_unavailable', safe_to_retry: 'same_request' });
    await eventually(async () => expect(await rowOf(transaction_id)).toMatchObject({ status: 'created' }));
    expect(standIn.heard).toEqual([]);
    line.mend();
    await becomesPending(transaction_id);
    expect(standIn.heard).toHaveLength(1);
    expect((await stage.place({ transaction_id })).status).toBe(200);
  });

  it('after the call answers 202 with the payment as it was inserted, and the worker finishes it with the same bytes', async () => {
    const transaction_id = newId();
    standIn.before = ({ body }) => {
      if (body.transaction_id === transaction_id && standIn.heard.length === 1) line.cut();
    };
    const { status, headers, body } = await stage.place({ transaction_id });
    expect([status, body.status, body.payment_url]).toEqual([202, 'created', null]);
    expect([headers.get('location'), headers.get('retry-after')]).toEqual([
      `/v1/payments/${transaction_id}`,
      expect.stringMatching(/^[1-9]\d*$/),
    ]);
    line.mend();
    await becomesPending(transaction_id);
    const sent = standIn.heard.map(({ raw }) => raw);
    expect([sent.length >= 2, new Set(sent).size]).toEqual([true, 1]);
    expect(withoutApikey(sent[0]!)).toBe((await rowOf(transaction_id)).wire_body);
  });

  it('just as the answer is written keeps it, written or not: one link, one event', async () => {
    for (const when of ['before', 'after'] as const) {
      const transaction_id = newId();
      line.cutAt('transaction_settle', when);
      const { status } = await stage.place({ transaction_id });
      expect([201, 202]).toContain(status);
      await becomesPending(transaction_id);
      const { rows } = await witness.query('SELECT type FROM events WHERE transaction_id = $1', [transaction_id]);
      expect(rows).toEqual([{ type: 'payment.pending' }]);
    }
  });

  it('that takes no writes answers 503, and CinetPay hears nothing', async () => {
    const database = new URL(behind.url).pathname.slice(1);
    await witness.query(`ALTER DATABASE ${database} SET default_transaction_read_only = on`);
    line.cut();
    line.mend();
    const transaction_id = newId();
    const answer = await eventually(async () => {
      const one = await stage.place({ transaction_id });
      expect(one.body.code).toBe('storage_unavailable');
      return one;
    });
    expect([answer.status, standIn.heard]).toEqual([503, []]);
    await witness.query('SET default_transaction_read_only = off');
    await witness.query(`ALTER DATABASE ${database} RESET default_transaction_read_only`);
    line.cut();
    line.mend();
    await recovers();
    expect((await stage.place({ transaction_id })).status).toBe(201);
  });
});
