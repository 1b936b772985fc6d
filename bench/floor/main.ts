import { Client } from 'pg';
import { pendingPayment, wireBody } from '../b/documents';
import { SCHEMA } from '../b/schema';
import { FIND, INSERT, MOVE, NOTIFY } from '../b/statements';
import { answerParent } from '../child';
import type { Path } from '../load/job';
import { counterOf, notificationOf, ORDER, SITE } from '../order';
import { messageOf, WireConnection } from './wire';

/** How long the commits of a path are run. */
export interface FloorJob {
  path: Path;
  milliseconds: number;
}

/** How often all commits of one request were made. */
export interface FloorOutcome {
  requests: number;
  seconds: number;
}

/** The database's own limit: B's statements and nothing else, from 16 connections, like pgbench. */
const CLIENTS = 16;
/** As long as an id of B's, and growing like one; the numbers of these are simply counted. */
const ID_LENGTH = 26;
const PUBLIC_URL = 'http://127.0.0.1:3000';
const url = process.env.DATABASE_URL!;

let known = 0;
let turn = 0;
const connections = open();

answerParent<FloorJob, FloorOutcome>(async ({ path, milliseconds }) => {
  const clients = await connections;
  const began = performance.now();
  let requests = 0;
  const work = workOf(path);
  const loop = async (client: WireConnection): Promise<void> => {
    while (performance.now() - began < milliseconds) {
      await work(client);
      requests++;
    }
  };
  await Promise.all(clients.map(loop));
  return { requests, seconds: (performance.now() - began) / 1000 };
});

function workOf(path: Path): (client: WireConnection) => Promise<void> {
  switch (path) {
    case 'P1':
      return async (client) => {
        const id = idOf(known++);
        await client.run(messageOf(INSERT, columnsOf(id)));
        await client.run(messageOf(MOVE, moveOf(id)));
      };
    case 'P2':
      return (client) => client.run(messageOf(NOTIFY, noticeOf(idOf(turn++ % known))));
    case 'P3':
      return (client) => client.run(messageOf(FIND, [idOf(turn++ % known)]));
  }
}

async function open(): Promise<WireConnection[]> {
  const admin = new Client({ connectionString: url });
  await admin.connect();
  await admin.query(SCHEMA);
  await admin.end();
  return Promise.all(
    Array.from({ length: CLIENTS }, () => {
      const id = idOf(known++);
      return WireConnection.open(url, [
        [INSERT, columnsOf(id)],
        [MOVE, moveOf(id)],
        [NOTIFY, noticeOf(id)],
        [FIND, [id]],
      ]);
    }),
  );
}

function idOf(number: number): string {
  return `FLOOR${String(number).padStart(ID_LENGTH - 5, '0')}`;
}

// What B writes for one order. Its documents are made once; the columns of a row are its own.
const COUNTER = counterOf('');
const WIRE = wireBody(idOf(0), ORDER, PUBLIC_URL);
const PAYMENT = JSON.stringify({
  payment: pendingPayment(idOf(0), ORDER, `${PUBLIC_URL}/checkout/${idOf(0)}${idOf(0)}`, COUNTER),
});

function columnsOf(id: string): string[] {
  const { amount, currency, description, return_url, channels, lang, metadata, customer } = ORDER;
  const order = [String(amount), currency, description, return_url, channels, lang, metadata, JSON.stringify(customer)];
  return [id, ...order, WIRE, SITE.site_id, 'true', id + id];
}

function moveOf(id: string): string[] {
  return [id, COUNTER.payment_url, COUNTER.payment_token, `EVENT${id}`, PAYMENT];
}

const NOTICE = notificationOf(idOf(0));
const NOTICE_BODY = `\\x${Buffer.from(NOTICE.body).toString('hex')}`;

function noticeOf(id: string): string[] {
  return [id, NOTICE.token, NOTICE_BODY];
}
