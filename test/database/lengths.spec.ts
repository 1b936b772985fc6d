// Proves that a length means the same to a rule and to the column that its text goes to: what passes is stored, and what cannot be stored is refused.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { normalReference } from '../../src/payments/order-reference';
import { clientOf, newTransactionId, wireOrder } from '../compat/client';
import { order, startTestGateway, type TestGateway } from '../support/gateway';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({ env: { ROLES: 'api' } });
});
afterAll(() => gateway.close());

async function column<T>(text: string): Promise<T[]> {
  const { rows } = await gateway.db.query({ text, rowMode: 'array' });
  return rows.map(([value]) => value as T);
}

/** Characters of a text column that stands in an index, as the rule of its text counts them, and bytes of the largest. */
const IN_INDEXES: Record<string, [characters: number, bytesEach: number]> = {
  'api_keys.id': [26, 1],
  'order_doors.caller': [64, 1],
  'order_doors.order_reference': [64, 4],
  'transactions.transaction_id': [100, 4],
  'transactions.caller': [64, 1],
  // Latin-1, as headers are.
  'transactions.idempotency_key': [255, 2],
  'transactions.checkout_token': [42, 1],
  'transactions.site_id': [20, 1],
  'transaction_moves.transaction_id': [100, 4],
  'cinetpay_answers.transaction_id': [100, 4],
  // Counted in UTF-16 units, of which a character has one for at most three bytes.
  'notifications.transaction_id': [255, 3],
  'events.id': [26, 1],
  'events.transaction_id': [100, 4],
  'events.caller': [64, 1],
  'events.type': [20, 1],
  'events.status': [10, 1],
  'webhook_endpoints.id': [26, 1],
  'webhook_endpoints.caller': [64, 1],
  // Bytes.
  'webhook_endpoints.url': [2048, 1],
  'webhook_deliveries.id': [26, 1],
  'webhook_deliveries.event_id': [26, 1],
  'webhook_deliveries.endpoint_id': [26, 1],
  'webhook_attempts.delivery_id': [26, 1],
  'site_states.site_id': [20, 1],
  'device_moves.transaction_id': [100, 4],
  'device_moves.device_id': [255, 4],
  'throttle_counts.key_id': [26, 1],
  'throttle_replicas.replica_id': [26, 1],
};

describe('the schema', () => {
  it('counts characters in one place, which the rules know', async () => {
    const checks = await column<string>(
      `SELECT conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'c' AND pg_get_constraintdef(oid) LIKE '%length%'`,
    );
    expect(checks).toEqual(['payment_id_check CHECK (((length(VALUE) >= 1) AND (length(VALUE) <= 100)))']);
    const columns = await column<string>(
      `SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'public'
        AND (domain_name = 'payment_id' OR character_maximum_length IS NOT NULL)`,
    );
    expect(columns).toEqual(['transactions.transaction_id']);
  });

  it('has no index whose longest entry is too large for Postgres', async () => {
    const { rows } = await gateway.db.query<{ index: string; columns: string[] }>(
      `SELECT i.indexrelid::regclass::text AS index, array_agg(c.relname || '.' || a.attname) AS columns FROM pg_index i
        JOIN pg_class c ON c.oid = i.indrelid AND c.relnamespace = 'public'::regnamespace
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey)
        JOIN pg_type t ON t.oid = a.atttypid AND coalesce(nullif(t.typbasetype, 0), t.oid) = 'text'::regtype
        WHERE c.relname <> 'migrations' GROUP BY 1`,
    );
    expect(rows.length).toBeGreaterThan(15);
    for (const { index, columns } of rows) {
      const bytes = columns.map((one) => (IN_INDEXES[one] ?? [Infinity, 1]).reduce((a, b) => a * b));
      expect([index, bytes.reduce((a, b) => a + b) < 2600]).toEqual([index, true]);
    }
  });
});

const HEART = '❤\uFE0F';
/** So many characters of each kind that has been counted differently somewhere. */
const FILLS: [what: string, fill: (count: number) => string][] = [
  ['letters', (count) => 'x'.repeat(count)],
  ['faces of two UTF-16 units', (count) => '😀'.repeat(count)],
  ['hearts with a variation selector', (count) => HEART.repeat(Math.floor(count / 2)) + 'x'.repeat(count % 2)],
];

describe.each(FILLS)('a text of %s', (_what, fill) => {
  const customer = (name: string) => (text: string) => ({ customer: { [name]: text } });
  const V1: [name: string, count: number, change: (text: string) => object][] = [
    ['description', 255, (description) => ({ description })],
    ['metadata', 1000, (metadata) => ({ metadata })],
    ['alternative_currency', 10, (alternative_currency) => ({ alternative_currency })],
    ['customer.first_name', 255, customer('first_name')],
    ['customer.zip_code', 10, customer('zip_code')],
    ['invoice_data', 50, (name) => ({ invoice_data: { [name]: '' } })],
    ['invoice_data', 100, (text) => ({ invoice_data: { a: text } })],
  ];
  it.each(V1)('in %s may have %i characters and no more', async (name, count, change) => {
    const ask = (length: number) => gateway.call('POST', '/v1/payments', order({ ...change(fill(length)) }));
    expect((await ask(count)).status).toBe(201);
    const { status, body } = await ask(count + 1);
    expect([status, body.errors[0].pointer]).toEqual([400, `/${name.replace('.', '/')}`]);
  });

  it('in an order_reference may have 64 characters and no more', async () => {
    const ask = (length: number) => gateway.call('POST', '/v1/payments', order({ order_reference: fill(length) }));
    const { status, body } = await ask(64);
    // A selector leaves no mark.
    expect([status, body.errors?.[0].code]).toEqual(fill(2) === HEART ? [400, 'format'] : [201, undefined]);
    expect((await ask(65)).body.errors[0].pointer).toBe('/order_reference');
  });

  const V2: [name: string, count: number][] = [
    ['transaction_id', 100],
    ['description', 1000],
    ['metadata', 4000],
    ['customer_name', 255],
    ['device_id', 255],
  ];
  it.each(V2)('in %s of the drop-in API may have %i characters and no more', async (name, count) => {
    const client = clientOf(gateway);
    const start = name === 'transaction_id' ? newTransactionId() : '';
    const ask = (length: number) => client.pay({ ...wireOrder(), [name]: start + fill(length - start.length) });
    expect((await ask(count)).body.code).toBe('201');
    const { status, body } = await ask(count + 1);
    expect([status, body.code, body.description]).toEqual([400, '608', expect.stringMatching(`^${name} `)]);
  });

  it('in a URL may have 2048 bytes and no more', async () => {
    const start = `https://shop.example/?${newTransactionId()}=`;
    const room = (bytes: number): string => {
      const text = fill(2048).slice(0, 2 * Math.floor((bytes - start.length) / Buffer.byteLength(fill(2))));
      return (start + text).padEnd(start.length + text.length + bytes - Buffer.byteLength(start + text), 'x');
    };
    for (const name of ['notify_url', 'return_url']) {
      const { body } = await clientOf(gateway).pay(wireOrder({ [name]: room(2048) }));
      expect(body.code).toBe('201');
      const refused = await clientOf(gateway).pay(wireOrder({ [name]: room(2049) }));
      expect([refused.body.code, refused.body.description]).toEqual([
        '608',
        expect.stringContaining(`${name} must be`),
      ]);
    }
  });
});

it('text that Postgres cannot hold is refused as malformed, wherever it stands', async () => {
  const client = clientOf(gateway);
  for (const text of ['a\u0000b', '\ud83d', '\ude00x']) {
    for (const name of ['transaction_id', 'description', 'notify_url', 'metadata', 'device_id', 'unknown', text]) {
      const { status, body } = await client.pay(wireOrder({ [name]: text }));
      expect([status, body.code, body.description]).toEqual([400, '608', expect.stringContaining('U+0000')]);
    }
  }
});

it('a reference of many marks is not normalised before it is refused', () => {
  const marks = '\u0301'.repeat(16_000) + '\u0323'.repeat(16_000);
  const started = performance.now();
  expect(normalReference(marks)).toBe(marks);
  // 1 s otherwise.
  expect(performance.now() - started).toBeLessThan(200);
});
