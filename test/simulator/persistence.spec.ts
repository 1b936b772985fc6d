// Proves that transactions, tokens and the ledger survive a restart of the simulator, even with a torn last line, and that a reset forgets them.
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { RunningSimulator } from '../../simulator/simulator';
import { call, ledgerOf, type LedgerView, Merchant, order, start, until, XOF } from './harness';

let dataDir: string;
let simulator: RunningSimulator;
beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'simulator-'));
  simulator = await start({ dataDir });
});
afterEach(async () => {
  await simulator.close();
  rmSync(dataDir, { recursive: true });
});

const ledger = (): Promise<LedgerView> => ledgerOf(simulator);
async function restart(): Promise<void> {
  await simulator.close();
  simulator = await start({ dataDir });
}

it('knows everything again after a restart', async () => {
  const merchant = await new Merchant().open();
  const sent = order({ notify_url: merchant.url, metadata: 'été' });
  const { payment_token } = (await call('POST', `${simulator.url}/v2/payment`, sent)).body.data;
  const id = String(sent.transaction_id);
  await call('POST', `${simulator.url}/_sim/transactions/${id}/pay`);
  const before = await until(ledger, ({ notifications }) => notifications[0]?.answered === 200);
  const shown = (await call('GET', `${simulator.url}/_sim/transactions/${id}`)).body;
  await restart();
  expect(await ledger()).toEqual(before);
  expect((await call('GET', `${simulator.url}/_sim/transactions/${id}`)).body).toEqual(shown);
  const again = await call('POST', `${simulator.url}/v2/payment`, sent);
  expect(again.body.data.payment_token).toBe(payment_token);
  const keys = { apikey: XOF.apikey, site_id: XOF.site_id };
  const checked = await call('POST', `${simulator.url}/v2/payment/check`, { ...keys, token: payment_token });
  expect(checked.body).toMatchObject({ code: '00', data: { status: 'ACCEPTED', metadata: 'été' } });
  await call('POST', `${simulator.url}/_sim/transactions/${id}/pay`);
  expect((await ledger()).captures).toHaveLength(1);
  await merchant.close();
});

it('survives a line torn by a crash', async () => {
  const sent = order();
  await call('POST', `${simulator.url}/v2/payment`, sent);
  await simulator.close();
  appendFileSync(join(dataDir, 'journal.ndjson'), '{"kind":"transaction","tok');
  simulator = await start({ dataDir });
  const later = order();
  await call('POST', `${simulator.url}/v2/payment`, later);
  await restart();
  for (const { transaction_id } of [sent, later]) {
    const { body } = await call('GET', `${simulator.url}/_sim/transactions/${String(transaction_id)}`);
    expect(body.state).toBe('created');
  }
});

it('a call that was open when it ended is answered none', async () => {
  await call('PUT', `${simulator.url}/_sim/faults`, {
    rules: [{ operation: 'payment', kind: 'delay', delay_ms: 60_000 }],
  });
  const open = call('POST', `${simulator.url}/v2/payment`, order());
  await until(ledger, ({ calls }) => calls[0]?.transaction_id !== null && calls.length === 1);
  const started = Date.now();
  await Promise.all([expect(open).rejects.toThrow(), restart()]);
  expect(Date.now() - started).toBeLessThan(2_000);
  expect((await ledger()).calls).toMatchObject([{ answered: 'none', fault: 'delay' }]);
});

it('forgets on reset, for good', async () => {
  await call('POST', `${simulator.url}/v2/payment`, order());
  await call('POST', `${simulator.url}/_sim/reset`);
  const empty = { captures: [], notifications: [], pings: [], calls: [] };
  expect(await ledger()).toEqual(empty);
  await restart();
  expect(await ledger()).toEqual(empty);
});

it('forgets on reset also what is still on its way', async () => {
  await call('PUT', `${simulator.url}/_sim/faults`, {
    rules: [{ operation: 'payment', kind: 'delay', delay_ms: 200 }],
  });
  const open = call('POST', `${simulator.url}/v2/payment`, order());
  await until(ledger, ({ calls }) => calls.length === 1);
  await call('POST', `${simulator.url}/_sim/reset`);
  expect((await open).status).toBe(200);
  await restart();
  expect(await ledger()).toEqual({ captures: [], notifications: [], pings: [], calls: [] });
});

it('settings outlive a restart, and a reset ends them for good', async () => {
  const settings = async (): Promise<Record<string, unknown>> =>
    (await call('GET', `${simulator.url}/_sim/settings`)).body as Record<string, unknown>;
  const put = (patch: unknown): Promise<unknown> => call('PUT', `${simulator.url}/_sim/settings`, patch);
  await put({ strict: true, notify: { copies: 3 } });
  await put({ retry_after: 7 });
  await put({ retry_after: 8, strictt: true });
  await restart();
  expect(await settings()).toMatchObject({ strict: true, retry_after: 7, notify: { copies: 3, delay_ms: 0 } });
  await call('POST', `${simulator.url}/_sim/reset`);
  await restart();
  expect(await settings()).toMatchObject({ strict: false, retry_after: null, notify: { copies: 1 } });
});

it('goes on with what an amount chose', async () => {
  const sent = order({ amount: 1905 });
  await call('POST', `${simulator.url}/v2/payment`, sent);
  await restart();
  await until(ledger, ({ captures }) => captures.length === 1);
});

it('says so when the port is taken', async () => {
  const port = Number(new URL(simulator.url).port);
  await expect(start({ port })).rejects.toThrow(`simulator: port ${port} on 127.0.0.1 is already in use`);
});
