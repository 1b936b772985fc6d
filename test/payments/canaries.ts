import type { Client } from 'pg';
import { expect } from 'vitest';
import { connect, createTestDatabase } from '../support/database';
import { startDatabaseLine, type DatabaseLine } from '../support/database-line';
import { order, startTestGateway, type Answer, type TestGateway } from '../support/gateway';
import { sitesFile } from '../support/sites-file';
import { checked, says, startStandIn, type Reply, type StandIn } from '../support/stand-in';
import { startReceiver, type Receiver } from '../webhooks/receiver';

export const APIKEY = '7654321canaryapikey.13579135';
export const SITE_SECRET = 'canary-site-secret';
export const FORMER_SECRET = 'canary-former-secret';
const PEPPER = 'canary pepper of this test';
export const PHONE = '2250719283746';
// Short: Postgres quotes the first 64 characters of each value in its "Failing row contains".
export const EMAIL = 'canary@mail.example';
export const CUSTOMER = {
  ...{ id: 'c1', first_name: 'Canaryfirst', last_name: 'Canarylast', phone_number: `+${PHONE}`, email: EMAIL },
  ...{ address: 'Canary road 5', city: 'Abidjan', country: 'CI', zip_code: '00225' },
};
/** Never anywhere but on their way; a test adds its API key and its webhook secret. */
export const secrets = [APIKEY, SITE_SECRET, FORMER_SECRET, PEPPER];
/** What tells one person from another. Names and addresses are words like others: CinetPay's own sentences may hold them. */
const PERSONAL = [PHONE, EMAIL];
/** Where CinetPay has no say. */
export const NAMED = ['Canaryfirst', 'Canarylast', 'Canary road'];

/** Which canaries a text holds, as they are or as an address writes them. */
export function findings(text: string, canaries: readonly string[] = [...secrets, ...PERSONAL, ...NAMED]): string[] {
  return canaries.filter((canary) => text.includes(canary) || text.includes(encodeURIComponent(canary)));
}

/** A CinetPay that repeats what it heard wherever it has words. */
export function echoes(heard: string): [name: string, reply: Reply][] {
  const words = { metadata: heard, description: heard, phone_number: PHONE, customer_email: EMAIL };
  const data = {
    ...words,
    amount: '2500',
    currency: 'XOF',
    status: 'ACCEPTED',
    operator_id: 'MP1',
    payment_method: 'OM',
  };
  return [
    ...['608', '609', '624', '201', '999'].map((code): [string, Reply] => [code, { body: says(code, heard, heard) }]),
    ['500', { status: 500, body: says('500', heard, heard) }],
    ['a page', { status: 502, type: 'text/html', body: `<html>${heard}</html>` }],
    ['half an answer', { body: `{"code":"608","description":${JSON.stringify(heard)}` }],
    ['a paid check', { body: { ...checked('00', data), message: heard, description: heard } }],
  ];
}

/** A gateway with a canary in everything that is secret, and what a test needs to make things go wrong around it. */
export interface CanaryScene {
  gateway: TestGateway;
  standIn: StandIn;
  receiver: Receiver;
  line: DatabaseLine;
  /** Goes round the line. */
  witness: Client;
  /** A request whose answer is searched, too. */
  kept(answer: Promise<Answer>): Promise<Answer>;
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  place(overrides?: object, headers?: Record<string, string>): Promise<Answer>;
  /** Runs a failure and searches what it wrote and answered; `mayAnswer` is what CinetPay's own words may bring along, and only into answers. */
  provoke(act: () => Promise<unknown>, mayAnswer?: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** @param lines where the log goes @param printed what else the process prints */
export async function startCanaryScene(lines: string[], printed: string[]): Promise<CanaryScene> {
  const behind = await createTestDatabase();
  const [line, standIn, receiver] = [await startDatabaseLine(behind), await startStandIn(), await startReceiver()];
  const witness = await connect(behind.url);
  const site = { site_id: '100001', currency: 'XOF', apikey: APIKEY, secret_key: SITE_SECRET };
  const times = { CINETPAY_TIMEOUT_MS: '400', INITIATION_RETRY_SECONDS: '1', LOG_LEVEL: 'trace' };
  const sites = sitesFile([{ ...site, secret_keys_previous: [FORMER_SECRET] }]);
  const env = { CINETPAY_BASE_URL: standIn.url, API_KEY_PEPPER: PEPPER, CINETPAY_SITES_FILE: sites, ...times };
  const gateway = await startTestGateway({ database: line.database, env });
  const endpoint = await gateway.call('POST', '/v1/webhook-endpoints', { url: receiver.url });
  secrets.push(gateway.apiKey, endpoint.body.secret);
  const answers: Answer[] = [];
  const kept: CanaryScene['kept'] = async (answer) => {
    answers.push(await answer);
    return answer;
  };
  const call: CanaryScene['call'] = (...parts) => kept(gateway.call(...parts));
  return {
    ...{ gateway, standIn, receiver, line, witness, kept, call },
    place: (overrides = {}, headers) =>
      call('POST', '/v1/payments', order({ customer: CUSTOMER, ...overrides }), headers),
    provoke: async (act, mayAnswer = []) => {
      const [line0, answer0, printed0] = [lines.length, answers.length, printed.length];
      await act();
      const [logged, out] = [lines.slice(line0).join(''), printed.slice(printed0).join('')];
      const bodies = answers.slice(answer0).map(({ text, headers }) => text + JSON.stringify([...headers]));
      expect([lines.length > line0, bodies.length > 0]).toEqual([true, true]);
      const answered = findings(bodies.join('')).filter((canary) => !mayAnswer.includes(canary));
      expect({ log: findings(logged), answered, out: findings(out) }).toEqual({ log: [], answered: [], out: [] });
    },
    close: async () => {
      await witness.end();
      await gateway.close();
      for (const part of [standIn, receiver, line]) await part.close();
      await behind.drop();
    },
  };
}

/** Which canaries each table holds: of those that tell one person from another, and of the secrets. */
export async function tablesWithCanaries(witness: Client): Promise<Record<string, string[]>> {
  const tables = `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`;
  const found: Record<string, string[]> = {};
  for (const { name } of (await witness.query(tables)).rows) {
    const { rows } = await witness.query(`SELECT row_to_json(t)::text AS text FROM ${name} t`);
    const text = rows.map((row: { text: string }) => row.text.replace(/\\\\x[0-9a-f]+/g, unhex)).join('');
    const inTable = findings(text, [...secrets, ...PERSONAL]);
    if (inTable.length > 0) found[name] = inTable;
  }
  return found;
}

/** Bytes as row_to_json writes them. */
function unhex(written: string): string {
  return Buffer.from(written.slice(3), 'hex').toString('utf8');
}
