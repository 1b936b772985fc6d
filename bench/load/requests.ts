import { filledId, notificationOf, ORDER } from '../order';
import type { Job, Path, Target } from './job';

/** The status that counts as an answer. */
export const EXPECTED: Record<Path, number> = { P1: 201, P2: 200, P3: 200 };

/** Notifications are signed once: what a notifier costs is not measured. */
const MOST_NOTIFICATIONS = 40_000;

/** The payments of each target that the generator has made so far. */
const ids = new Map<string, string[]>();
const notifications = new Map<string, string[]>();
let keys = 0;

/** Makes the requests of a job, one after the other. */
export function requestsOf({ target, path, of }: Job): () => string {
  switch (path) {
    case 'P1':
      return orders(target);
    case 'P2':
      return inTurn(signed(target));
    case 'P3':
      return of === undefined ? inTurn(known(target).map((id) => reading(id, target))) : scattered(of, target);
  }
}

/** Remembers the payment that an answer to P1 names. */
export function remember({ name }: Target, answer: Buffer): void {
  const id = /"transaction_id":"([^"]+)"/.exec(answer.toString('latin1'))?.[1];
  if (id === undefined) throw new Error(`${name} named no transaction: ${answer.toString('latin1', 0, 400)}`);
  const of = ids.get(name);
  if (of) of.push(id);
  else ids.set(name, [id]);
}

function orders(target: Target): () => string {
  const body = JSON.stringify(ORDER);
  const fields = ['Content-Type: application/json', `Content-Length: ${body.length}`];
  const before = head('POST', '/v1/payments', target, fields).slice(0, -2);
  return () => `${before}Idempotency-Key: ${process.pid}-${keys++}\r\n\r\n${body}`;
}

function signed(target: Target): string[] {
  const made = notifications.get(target.name) ?? [];
  for (const id of known(target).slice(made.length, MOST_NOTIFICATIONS)) {
    const { body, token } = notificationOf(id);
    const type = 'Content-Type: application/x-www-form-urlencoded';
    const fields = [type, `Content-Length: ${body.length}`, `x-token: ${token}`];
    made.push(head('POST', '/cinetpay/notify', target, fields) + body);
  }
  notifications.set(target.name, made);
  return made;
}

function known({ name }: Target): string[] {
  const of = ids.get(name);
  if (!of) throw new Error(`no payment of ${name} is known yet`);
  return of;
}

// Goes on where the last job ended, so that rounds do not all begin with the same rows.
let turn = 0;
function inTurn(requests: string[]): () => string {
  return () => requests[turn++ % requests.length]!;
}

function reading(id: string, target: Target): string {
  return head('GET', `/v1/payments/${id}`, target, []);
}

// A prime step goes through all of them, far from one to the next.
const STEP = 7_368_787;
function scattered(of: number, target: Target): () => string {
  return () => reading(filledId(1 + ((turn++ * STEP) % of)), target);
}

function head(method: string, path: string, { port, apiKey }: Target, fields: string[]): string {
  const all = [`Host: 127.0.0.1:${port}`, `Authorization: Bearer ${apiKey}`, 'Accept: */*', ...fields];
  return `${method} ${path} HTTP/1.1\r\n${all.join('\r\n')}\r\n\r\n`;
}
