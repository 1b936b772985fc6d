import { budgetFaults } from './budget-judge';
import { rows, type Evidence, type Judge } from './evidence';
import { isolationFaults } from './isolation-judge';
import { secrecyFaults } from './secrecy-judge';

/** One broken promise. */
export interface Violation {
  /** Its number on the reliability page. */
  invariant: number;
  what: string;
}

/** Milliseconds by which two clocks on one machine, and the time a request needs to arrive, may differ. */
const ARRIVAL_MS = 5;

const JUDGES: Record<number, Judge> = {
  1: writeAhead,
  2: oneIdOneBody,
  3: oneDoor,
  4: evidenceForEveryMove,
  5: exactMoney,
  6: monotone,
  7: oneAcceptedEvent,
  8: closure,
  9: noLoss,
  10: async ({ ledger, ratePerSecond, killedAt }) => budgetFaults(ledger.calls, ratePerSecond, killedAt),
  11: isolationFaults,
  12: secrecyFaults,
  13: liveness,
  14: feed,
};

/** Checks every invariant of the reliability page. */
export async function violations(evidence: Evidence): Promise<Violation[]> {
  const found: Violation[] = [];
  for (const [invariant, judge] of Object.entries(JUDGES)) {
    for (const what of await judge(evidence)) found.push({ invariant: Number(invariant), what });
  }
  return found;
}

async function writeAhead({ db, ledger }: Evidence): Promise<string[]> {
  const created = await rows<{ transaction_id: string; created_at: Date }>(
    db,
    'SELECT transaction_id, created_at FROM transactions',
  );
  const when = new Map(created.map((row) => [row.transaction_id, row.created_at.getTime()]));
  return ledger.calls
    .filter(
      (call) =>
        call.transaction_id !== null &&
        !((when.get(call.transaction_id) ?? Infinity) <= Date.parse(call.at) + ARRIVAL_MS),
    )
    .map((call) => `CinetPay heard of ${call.transaction_id} before its row was committed`);
}

async function oneIdOneBody({ ledger, bodies }: Evidence): Promise<string[]> {
  const found: string[] = [];
  const ids = new Set(ledger.calls.filter((call) => call.operation === 'payment').map((call) => call.transaction_id));
  for (const id of ids) {
    if (id === null) continue;
    const sent = new Set((await bodies(id)).filter((body) => body !== ''));
    if (sent.size > 1) found.push(`${id} was sent with ${sent.size} different bodies`);
  }
  return found;
}

async function oneDoor({ db }: Evidence): Promise<string[]> {
  const open = await rows<{ order_reference: string; open: number }>(
    db,
    `SELECT order_reference, count(*)::int AS open FROM transactions WHERE order_reference IS NOT NULL AND status IN ('created', 'pending')
     AND NOT closed GROUP BY caller, order_reference HAVING count(*) > 1`,
  );
  const keys = await rows<{ idempotency_key: string }>(
    db,
    'SELECT idempotency_key FROM transactions WHERE idempotency_key IS NOT NULL GROUP BY caller, idempotency_key HAVING count(*) > 1',
  );
  return [
    ...open.map((row) => `${row.order_reference} has ${row.open} open payments`),
    ...keys.map((row) => `${row.idempotency_key} made several payments`),
  ];
}

async function evidenceForEveryMove({ db }: Evidence): Promise<string[]> {
  const bare = await rows<{ transaction_id: string; to_status: string }>(
    db,
    `SELECT m.transaction_id, m.to_status FROM transaction_moves m LEFT JOIN cinetpay_answers a ON a.id = m.answer_id
     WHERE m.review IS NULL AND (a.id IS NULL OR a.transaction_id <> m.transaction_id
       OR a.outcome IN ('unclear', 'not_sent', 'throttled', 'blocked'))`,
  );
  const unmoved = await rows<{ transaction_id: string }>(
    db,
    `SELECT transaction_id FROM transactions t WHERE status <> 'created'
     AND NOT EXISTS (SELECT 1 FROM transaction_moves m WHERE m.transaction_id = t.transaction_id AND m.to_status = t.status)`,
  );
  return [
    ...bare.map((row) => `${row.transaction_id} moved to ${row.to_status} without an answer`),
    ...unmoved.map((row) => `${row.transaction_id} changed state without a move`),
  ];
}

async function exactMoney({ db }: Evidence): Promise<string[]> {
  const wrong = await rows<{ transaction_id: string }>(
    db,
    `SELECT t.transaction_id FROM transactions t WHERE status = 'accepted' AND NOT EXISTS (
       SELECT 1 FROM transaction_moves m JOIN cinetpay_answers a ON a.id = m.answer_id
       WHERE m.transaction_id = t.transaction_id AND m.to_status = 'accepted' AND a.operation = 'check' AND a.site_id = t.site_id
         AND a.code = '00' AND a.data->>'status' = 'ACCEPTED' AND (a.data->>'amount')::numeric = t.amount AND a.data->>'currency' = t.currency)`,
  );
  return wrong.map((row) => `${row.transaction_id} is accepted without a check that says so`);
}

async function monotone({ db }: Evidence): Promise<string[]> {
  const left = await rows<{ transaction_id: string }>(
    db,
    `SELECT transaction_id FROM transaction_moves WHERE from_status = 'accepted' AND to_status <> 'accepted'
     UNION SELECT m.transaction_id FROM transaction_moves m JOIN transactions t USING (transaction_id)
     WHERE m.to_status = 'accepted' AND t.status <> 'accepted'`,
  );
  return left.map((row) => `${row.transaction_id} left accepted`);
}

async function oneAcceptedEvent({ db, received }: Evidence): Promise<string[]> {
  const wrong = await rows<{ transaction_id: string; events: number }>(
    db,
    `SELECT t.transaction_id, count(e.id)::int AS events FROM transactions t
     LEFT JOIN events e ON e.transaction_id = t.transaction_id AND e.type = 'payment.accepted'
     GROUP BY t.transaction_id, t.status HAVING count(e.id) <> CASE t.status WHEN 'accepted' THEN 1 ELSE 0 END`,
  );
  const found = wrong.map((row) => `${row.transaction_id} has ${row.events} accepted events`);
  const bytes = new Map<string, string>();
  for (const { id, body, verified } of received) {
    if (!verified) found.push(`delivery ${id} does not verify`);
    if (bytes.has(id) && bytes.get(id) !== body) found.push(`delivery ${id} changed its bytes`);
    bytes.set(id, body);
  }
  const events = await rows<{ id: string }>(db, 'SELECT id FROM events');
  const delivered = new Set(received.filter((one) => one.answered < 300).map((one) => one.id));
  for (const { id } of events) if (!delivered.has(id)) found.push(`event ${id} never reached its receiver`);
  return found;
}

async function closure({ db, ledger }: Evidence): Promise<string[]> {
  const known = await rows<{ transaction_id: string }>(
    db,
    `SELECT transaction_id FROM transactions WHERE status = 'accepted' OR needs_review`,
  );
  const ours = new Set(known.map((row) => row.transaction_id));
  const captured = new Set(ledger.captures.map((capture) => capture.transaction_id));
  return [
    ...[...captured].filter((id) => !ours.has(id)).map((id) => `${id} was paid and nobody here knows`),
    ...[...ours].filter((id) => !captured.has(id)).map((id) => `${id} counts as paid and no money was taken`),
    ...(captured.size === ledger.captures.length ? [] : ['somebody was charged twice on one counter']),
  ];
}

async function noLoss({ db, placed, ledger }: Evidence): Promise<string[]> {
  const all = await rows<{ transaction_id: string }>(db, 'SELECT transaction_id FROM transactions');
  const ids = new Set(all.map((row) => row.transaction_id));
  const found = placed.flatMap(({ told, strange, number }) => [
    ...told
      .filter((one) => !ids.has(one.transaction_id))
      .map((one) => `${one.transaction_id} was promised with ${one.status} and is gone`),
    ...strange.map((answer) => `order ${number} was answered ${answer}`),
    ...(new Set(told.map((one) => one.transaction_id)).size > 1
      ? [`order ${number} became several payments under one key`]
      : []),
  ]);
  const kept = await rows<{ kept: number }>(db, 'SELECT count(*)::int AS kept FROM notifications');
  const answered = ledger.notifications.filter((one) => one.answered === 200).length;
  if ((kept[0]?.kept ?? 0) < answered)
    found.push(`${answered} notifications were answered 200 and only ${kept[0]?.kept} are kept`);
  return found;
}

async function liveness({ db, deaths }: Evidence): Promise<string[]> {
  const stuck = await rows<{ transaction_id: string; status: string }>(
    db,
    `SELECT transaction_id, status FROM transactions WHERE NOT needs_review AND (status = 'created'
       OR (status = 'pending' AND (next_check_at IS NULL OR next_check_at < now() - interval '30 seconds')))`,
  );
  return [...deaths, ...stuck.map((row) => `${row.transaction_id} is stuck in ${row.status}`)];
}

async function feed({ db, feed: reader }: Evidence): Promise<string[]> {
  const found: string[] = [];
  const events = await rows<{ id: string; position: string | null }>(
    db,
    'SELECT id, position FROM events ORDER BY position',
  );
  const seen = reader.seen.map((event) => event.id);
  if (new Set(seen).size !== seen.length) found.push('the feed showed an event twice');
  if (events.some((event) => event.position === null)) found.push('an event has no position');
  const disordered = await rows<{ transaction_id: string }>(
    db,
    `SELECT DISTINCT transaction_id FROM (SELECT transaction_id, sequence, lag(sequence) OVER (PARTITION BY transaction_id ORDER BY position) AS before
     FROM events) AS ordered WHERE before > sequence`,
  );
  found.push(...disordered.map((row) => `the moves of ${row.transaction_id} are out of order`));
  if (JSON.stringify(seen) !== JSON.stringify(events.map((event) => event.id))) {
    found.push(`the feed showed ${seen.length} events of ${events.length}, or in another order`);
  }
  return found;
}
