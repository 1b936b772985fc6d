// Proves that a payment's history tells everything that happened to it, in order, each move with the evidence it rests on, and nothing of the customer.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { formOf, notify } from '../notifications/forms';
import { eventually, startTestGateway, type TestGateway } from '../support/gateway';
import { stageOf, type Stage } from '../support/stage';
import { startReceiver, type Receiver } from '../webhooks/receiver';

let gateway: TestGateway;
let stage: Stage;
let receiver: Receiver;
beforeAll(async () => {
  gateway = await startTestGateway({ env: { INITIATION_RETRY_SECONDS: '1' } });
  stage = stageOf(gateway);
  receiver = await startReceiver();
  await gateway.call('POST', '/v1/webhook-endpoints', { url: receiver.url, events: ['payment.accepted'] });
});
afterAll(async () => {
  await gateway.close();
  await receiver.close();
});
afterEach(() => stage.faults());

const CUSTOMER = { first_name: 'Ama', phone_number: '2250719283746', email: 'ama@mail.example' };
const becomes = (id: string, status: string): Promise<void> =>
  eventually(async () => expect((await stage.read(id)).status).toBe(status), 8_000);

describe('the history of a payment', () => {
  it('tells it from the order to the webhook, oldest first', async () => {
    await stage.faults({ operation: 'payment', kind: 'drop_response', times: 1 });
    const { transaction_id: id } = (await stage.place({ customer: CUSTOMER })).body;
    await becomes(id, 'pending');
    await notify(gateway, formOf(id), 'forged');
    await stage.act(id, 'refuse');
    await becomes(id, 'refused');
    await stage.act(id, 'pay');
    await becomes(id, 'accepted');
    const story = await eventually(async () => {
      const told = await stage.history(id);
      expect(told.some(({ kind }) => kind === 'delivery')).toBe(true);
      return told;
    });
    const times = story.map(({ at }) => Date.parse(at));
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    const moves = story.filter(({ kind }) => kind === 'move');
    expect(moves.map(({ from, to, cause }) => [from, to, cause])).toEqual([
      ['created', 'pending', 'initiation'],
      ['pending', 'refused', 'check'],
      ['refused', 'accepted', 'check'],
    ]);
    // Each move names the answer that it rests on, which is told just before it.
    for (const { evidence } of moves) {
      const answers = story.filter(({ kind }) => kind === 'initiation' || kind === 'check');
      expect(answers.map((answer) => answer.evidence)).toContainEqual(evidence);
    }
    expect(moves.map(({ evidence }) => evidence.code)).toEqual(['201', '600', '00']);
    expect(moves[2].evidence.data).toMatchObject({ status: 'ACCEPTED', amount: '2500', currency: 'XOF' });
    const told = (kind: string): any[] => story.filter((entry) => entry.kind === kind).map(({ evidence }) => evidence);
    expect(told('initiation').map(({ outcome }) => outcome)).toEqual(['unclear', 'created']);
    expect(told('notification').map(({ validity }) => validity)).toEqual(['bad_token', 'valid', 'valid']);
    expect(told('delivery')).toEqual([
      expect.objectContaining({ type: 'payment.accepted', attempt: 1, http_status: 204 }),
    ]);
    for (const canary of [...Object.values(CUSTOMER), 'dec0ffee']) expect(JSON.stringify(story)).not.toContain(canary);
  });

  it('every move out of created and pending rests on an answer or a review, for every payment there is', async () => {
    const { rows } = await gateway.db.query(`SELECT m.* FROM transaction_moves m LEFT JOIN cinetpay_answers a
      ON a.id = m.answer_id AND a.transaction_id = m.transaction_id WHERE a.id IS NULL AND m.review IS NULL`);
    expect(rows).toEqual([]);
    await expect(
      gateway.db.query(
        `INSERT INTO transaction_moves (transaction_id, from_status, to_status, cause, at) VALUES ('X', 'pending', 'expired', 'time', now())`,
      ),
    ).rejects.toThrow('transaction_moves_evidence_check');
  });

  it('keeps what CinetPay said of a contradiction, for the person who has to look', async () => {
    const { transaction_id: id } = (await stage.place()).body;
    await stage.faults({ operation: 'check', kind: 'wrong_amount' });
    await stage.act(id, 'pay');
    await eventually(async () => expect((await stage.read(id)).needs_review).toBe(true));
    const last = (await stage.history(id)).at(-1);
    expect([last.kind, last.to, last.evidence.data.amount]).toEqual(['check', undefined, '2505']);
  });

  it('is not endless, and no flood of notifications hides what happened', async () => {
    const { transaction_id: id } = (await stage.place()).body;
    const flood = `INSERT INTO notifications (validity, transaction_id, body) SELECT 'bad_token', $1, 'x' FROM generate_series(1, 1200)`;
    await gateway.db.query(flood, [id]);
    await stage.act(id, 'pay');
    await becomes(id, 'accepted');
    const story = await stage.history(id);
    expect(story.filter(({ kind }) => kind === 'notification')).toHaveLength(200);
    expect(story.filter(({ kind }) => kind === 'move').map(({ to }) => to)).toEqual(['pending', 'accepted']);
  });

  it('tells the end of a payment that CinetPay was asked about a thousand times, and the first answer that moved it', async () => {
    const { transaction_id: id } = (await stage.place()).body;
    const asked = `INSERT INTO cinetpay_answers (transaction_id, site_id, operation, outcome, asked_at, duration_ms)
      SELECT $1, '100001', 'check', 'unclear', now(), n FROM generate_series(1, 1200) AS n`;
    await gateway.db.query(asked, [id]);
    await stage.act(id, 'pay');
    await becomes(id, 'accepted');
    const story = await stage.history(id);
    const answers = story.filter(({ kind }) => kind === 'check' || kind === 'initiation');
    expect([answers.length, answers[0].evidence.outcome, answers.at(-1).evidence.outcome]).toEqual([
      ...[501, 'created', 'claims_paid'],
    ]);
    expect([answers[1].evidence.duration_ms, answers.at(-2).evidence.duration_ms]).toEqual([702, 1_200]);
    expect(story.filter(({ kind }) => kind === 'move').map(({ to }) => to)).toEqual(['pending', 'accepted']);
  });

  it('tells the newest tries of its webhooks', async () => {
    const { transaction_id: id } = (await stage.place()).body;
    await stage.act(id, 'pay');
    await becomes(id, 'accepted');
    const delivered = async (): Promise<any[]> => (await stage.history(id)).filter(({ kind }) => kind === 'delivery');
    const [{ evidence }] = await eventually(async () => {
      const told = await delivered();
      return told.length > 0 && told;
    });
    const tries = `INSERT INTO webhook_attempts (delivery_id, number, http_status, duration_ms, at)
      SELECT $1, n, 500, 1, now() + n * interval '1 second' FROM generate_series(2, 400) AS n`;
    await gateway.db.query(tries, [evidence.delivery_id]);
    const told = await delivered();
    expect([told.length, told[0].evidence.attempt, told.at(-1).evidence.attempt]).toEqual([300, 101, 400]);
  });
});
