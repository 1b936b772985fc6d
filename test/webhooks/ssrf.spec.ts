// Proves that no saved URL, no name that changes its mind and no row written past us makes the gateway connect to a
// listener of its own network.
import type { LookupAddress } from 'node:dns';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AddressGuard } from '../../src/webhooks/address.guard';
import { startTestGateway, type TestGateway } from '../support/gateway';
import { startReceiver, type Receiver } from './receiver';
import { scene } from './scene';

// Each of them is this machine, to somebody.
const SPELLINGS =
  `127.0.0.1 127.1 127.0.1 2130706433 0x7f000001 0x7f.1 0177.0.0.1 017700000001 0.0.0.0 0 localhost LOCALHOST
  localhost. a.localhost [::1] [::] [0:0:0:0:0:0:0:1] [::ffff:127.0.0.1] [::ffff:7f00:1] [::127.0.0.1] [64:ff9b::7f00:1] [2002:7f00:1::]
  127.0.0.1. 127.0.0.%31 １２７.0.0.1 user@127.0.0.1 user:secret@localhost`.split(/\s+/);

describe('the gateway, with nothing private allowed', () => {
  let gateway: TestGateway;
  let canary: Receiver;
  let port: string;
  beforeAll(async () => {
    canary = await startReceiver();
    port = new URL(canary.url).port;
    gateway = await startTestGateway({ env: { WEBHOOK_ALLOW_PRIVATE: '', WEBHOOK_RETRY_SECONDS: '1' } });
  });
  afterAll(async () => {
    await gateway.close();
    await canary.close();
  });

  const at = (address: string): LookupAddress[] => [{ address, family: 4 }];

  it('saves none of the ways to write its own address', async () => {
    for (const host of SPELLINGS)
      for (const url of [`http://${host}:${port}/hook`, `https://${host}:${port}/hook`]) {
        const answer = await gateway.call('POST', '/v1/webhook-endpoints', { url });
        expect([url, answer.status, answer.body.errors?.[0]?.pointer]).toEqual([url, 400, '/url']);
      }
    expect((await gateway.call('GET', '/v1/webhook-endpoints')).body.data).toEqual([]);
    expect(canary.connections).toBe(0);
  });

  it('connects to none of them either, should such a row be there', async () => {
    const { caller, receiver, write, settled } = await scene(gateway);
    for (const [index, host] of SPELLINGS.entries())
      await gateway.db.query('INSERT INTO webhook_endpoints (id, caller, url) VALUES ($1, $2, $3)', [
        `${caller}-${index}`,
        caller,
        `http://${host}:${port}/hook`,
      ]);
    await write();
    const all = await settled('failed', 15_000);
    expect(all).toHaveLength(SPELLINGS.length);
    const errors = all.flatMap(({ attempts }) => attempts.map((one: any) => one.error));
    expect(new Set(errors)).toEqual(new Set(['address_refused']));
    expect(canary.connections).toBe(0);
    await receiver.close();
  });

  it('connects to no name that was public when it was saved and is private now', async () => {
    const guard = gateway.app.get(AddressGuard);
    const system = guard.resolve;
    guard.resolve = async () => at('8.8.8.8');
    const { call, receiver, write, settled } = await scene(gateway);
    const url = `http://rebound.example:${port}/hook`;
    expect((await call('POST', '/v1/webhook-endpoints', { url })).status).toBe(201);
    guard.resolve = async () => at('127.0.0.1');
    expect((await call('POST', '/v1/webhook-endpoints', { url })).status).toBe(400);
    await write();
    const [delivery] = await settled('failed', 10_000);
    expect(delivery.attempts.map((one: any) => one.error)).toEqual(['address_refused', 'address_refused']);
    expect(canary.connections).toBe(0);
    guard.resolve = system;
    await receiver.close();
  });
});
