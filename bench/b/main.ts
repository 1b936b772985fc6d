import { randomUUID } from 'node:crypto';
import Fastify from 'fastify';
import { Pool } from 'pg';
import { Pool as HttpPool } from 'undici';
import { endWithParent } from '../child';
import { SITE, tokenOf } from '../order';
import { pendingPayment, wireBody, type Counter, type Order } from './documents';
import { SCHEMA } from './schema';
import { ORDER_SCHEMA, PAYMENT_SCHEMA } from './json-schemas';
import { FIND, INSERT, MOVE, NOTIFY } from './statements';

/**
 * B, the strong rival: the same three paths and as many commits a request with nothing around them. No key, no throttle, no idempotency, no
 * metrics, no log, no budget, no second try.
 */
const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: 16 });
const cinetpay = new HttpPool(process.env.CINETPAY_BASE_URL!, { connections: 64 });
const publicUrl = `http://127.0.0.1:${process.env.PORT}`;
const app = Fastify({ logger: false });

app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'buffer' }, (_request, body, done) =>
  done(null, body),
);

app.get('/health', () => ({ status: 'ok' }));

const created = { schema: { body: ORDER_SCHEMA, response: { 201: PAYMENT_SCHEMA } } };
app.post<{ Body: Order }>('/v1/payments', created, async ({ body: order }, reply) => {
  const id = newId();
  const checkoutToken = newId() + newId();
  const wire = wireBody(id, order, publicUrl);
  const { amount, currency, description, return_url, channels, lang, metadata, customer } = order;
  const columns = [id, amount, currency, description, return_url, channels, lang, metadata, JSON.stringify(customer)];
  await pool.query({ ...INSERT, values: [...columns, wire, SITE.site_id, true, checkoutToken] });
  const payment = pendingPayment(id, order, checkoutUrl(checkoutToken), await counterOf(wire));
  const { payment_url, payment_token } = payment;
  await pool.query({ ...MOVE, values: [id, payment_url, payment_token, newId(), JSON.stringify({ payment })] });
  return reply.code(201).send(payment);
});

app.post<{ Body: Buffer }>('/cinetpay/notify', async ({ body, headers }, reply) => {
  const form = new URLSearchParams(body.toString('latin1'));
  const token = tokenOf((name) => form.get(name) ?? '');
  if (token !== headers['x-token']) return reply.code(401).send();
  await pool.query({ ...NOTIFY, values: [form.get('cpm_trans_id'), token, body] });
  return reply.code(200).send();
});

app.get<{ Params: { id: string } }>(
  '/v1/payments/:id',
  { schema: { response: { 200: PAYMENT_SCHEMA } } },
  async ({ params }, reply) => {
    const { rows } = await pool.query<{ payment: Found }>({ ...FIND, values: [params.id] });
    const [row] = rows;
    if (!row) return reply.code(404).send();
    row.payment.checkout_url = checkoutUrl(row.payment.checkout_token);
    return row.payment;
  },
);

interface Found {
  checkout_token: string;
  checkout_url?: string;
}

function checkoutUrl(token: string): string {
  return `${publicUrl}/checkout/${token}`;
}

async function counterOf(wire: string): Promise<Counter> {
  const headers = { 'content-type': 'application/json' };
  const { body } = await cinetpay.request({ method: 'POST', path: '/v2/payment', headers, body: wire });
  const answer = (await body.json()) as { code: string; data: Counter };
  if (answer.code !== '201') throw new Error(`CinetPay answered ${answer.code}`);
  return answer.data;
}

// Grows with time, so that rows and index entries land beside each other. Node keeps a stock of UUIDs; random bytes it fetches each time.
function newId(): string {
  const random = randomUUID();
  return (Date.now().toString(36).padStart(10, '0') + random.slice(0, 8) + random.slice(-8)).toUpperCase();
}

endWithParent();
void pool.query(SCHEMA).then(() => app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' }));
