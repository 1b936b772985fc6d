import { rows, type Evidence } from './evidence';
import { STRANGERS_PATH } from './receiver';

/** So many payments and deliveries, from the whole run, are tried with the stranger's key. */
const SAMPLE = 20;

/** Invariant 11: with another caller's key nothing can be read, asked about or changed, and nothing is delivered to it. */
export async function isolationFaults(evidence: Evidence): Promise<string[]> {
  const { db, received } = evidence;
  const ids = async (sql: string): Promise<string[]> => (await rows<{ id: string }>(db, sql)).map(({ id }) => id);
  const payments = await ids(
    `SELECT transaction_id AS id FROM transactions ORDER BY md5(transaction_id) LIMIT ${SAMPLE}`,
  );
  const endpoints = await ids(`SELECT id FROM webhook_endpoints WHERE caller = 'shop'`);
  const deliveries = await ids(`SELECT id FROM webhook_deliveries ORDER BY md5(id) LIMIT ${SAMPLE}`);
  const found = await Promise.all([
    ...payments.flatMap(ofPayment).map((probe) => hidden(evidence, probe)),
    ...endpoints.flatMap(ofEndpoint).map((probe) => hidden(evidence, probe)),
    ...deliveries.flatMap(ofDelivery).map((probe) => hidden(evidence, probe)),
    ...['/v1/payments', '/v1/events?after=0', '/v1/deliveries'].map((path) => empty(evidence, path)),
    ownEndpointsOnly(evidence, endpoints),
    ...payments.slice(0, 1).map((id) => taken(evidence, id)),
  ]);
  const strays = received.filter(({ path }) => path === STRANGERS_PATH);
  return [...found.flat(), ...strays.map(({ id }) => `event ${id} was delivered to a stranger`)].slice(0, 10);
}

type Probe = [method: string, path: string, body?: unknown];

const ofPayment = (id: string): Probe[] => [
  ...['', '/history', '/seamless'].map((part): Probe => ['GET', `/v1/payments/${id}${part}`]),
  ...['/verify', '/close'].map((part): Probe => ['POST', `/v1/payments/${id}${part}`]),
];
const ofEndpoint = (id: string): Probe[] => [
  ['GET', `/v1/webhook-endpoints/${id}`],
  ['PATCH', `/v1/webhook-endpoints/${id}`, { description: 'mine' }],
  ['POST', `/v1/webhook-endpoints/${id}/rotate-secret`],
  ['POST', `/v1/webhook-endpoints/${id}/test`],
  ['POST', `/v1/webhook-endpoints/${id}/replay`, { since: '2026-01-01T00:00:00.000Z' }],
  ['DELETE', `/v1/webhook-endpoints/${id}`],
];
const ofDelivery = (id: string): Probe[] => [
  ['GET', `/v1/deliveries/${id}`],
  ['POST', `/v1/deliveries/${id}/retry`],
];

async function hidden({ asStranger, watch }: Evidence, [method, path, body]: Probe): Promise<string[]> {
  const { status, text } = await asStranger(method, path, body);
  watch.search('an answer to a stranger', text);
  return status === 404 ? [] : [`a stranger's ${method} ${path} was answered ${status}`];
}

async function empty({ asStranger }: Evidence, path: string): Promise<string[]> {
  const { status, text } = await asStranger('GET', path);
  const isEmpty = status === 200 && (JSON.parse(text) as { data: unknown[] }).data.length === 0;
  return isEmpty ? [] : [`a stranger's GET ${path} was answered ${status} ${text.slice(0, 200)}`];
}

async function ownEndpointsOnly({ asStranger }: Evidence, others: string[]): Promise<string[]> {
  const { status, text } = await asStranger('GET', '/v1/webhook-endpoints');
  return status === 200 && !others.some((id) => text.includes(id)) ? [] : ["a stranger sees another's endpoints"];
}

// An id is taken for everybody; that is all a stranger learns.
async function taken({ asStranger }: Evidence, transaction_id: string): Promise<string[]> {
  const order = { amount: 100, currency: 'XOF', description: 'Mine', return_url: 'https://rival.example/thanks' };
  const { status, text } = await asStranger('POST', '/v1/payments', { ...order, transaction_id });
  const { code } = JSON.parse(text) as { code?: string };
  return status === 409 && code === 'transaction_id_taken'
    ? []
    : [`a stranger's order under ${transaction_id}: ${text}`];
}
