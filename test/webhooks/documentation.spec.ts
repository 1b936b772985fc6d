// Proves that docs/webhooks.md tells the truth: its receivers, run as they stand there, take genuine deliveries and no
// others, and its table is the schedule.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Config } from '../../src/config/config';
import { eventually, request, startTestGateway, type TestGateway } from '../support/gateway';
import { scene } from './scene';

const text = readFileSync('docs/webhooks.md', 'utf8');
const blocks = [...text.matchAll(/```(js|python)\n(?:\/\/|#) (\S+)\n([\s\S]*?)```/g)];
const commands: Record<string, string> = { js: process.execPath, python: 'python3' };
// A machine without Python still proves the receiver in Node.
const runnable = blocks.filter(([, language]) => spawnSync(commands[language!]!, ['--version']).status === 0);

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('the receivers of docs/webhooks.md', () => {
  let gateway: TestGateway;
  const children: ChildProcess[] = [];
  beforeAll(async () => (gateway = await startTestGateway({ env: { WEBHOOK_RETRY_SECONDS: '1' } })));
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    await gateway.close();
  });

  it('are one in Node and one in Python', () => {
    expect(blocks.map(([, language, name]) => [language, name])).toEqual([
      ['js', 'receiver.mjs'],
      ['python', 'receiver.py'],
    ]);
    expect(runnable.length).toBeGreaterThan(0);
  });

  function run(language: string, name: string, source: string, env: Record<string, string>): { output: () => string } {
    const file = join(mkdtempSync(join(tmpdir(), 'receiver-')), name);
    writeFileSync(file, source);
    const child = spawn(commands[language]!, [file], { env: { PATH: process.env.PATH, ...env } });
    children.push(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    return { output: () => output };
  }

  it.each(runnable.map(([, language, name, source]) => [language!, name!, source!] as const))(
    'take what is genuine and nothing else: %s',
    async (language, name, source) => {
      const { call, id, secret, write, settled, receiver } = await scene(gateway);
      await receiver.close();
      const port = await freePort();
      const url = `http://127.0.0.1:${port}/webhooks`;
      await call('PATCH', `/v1/webhook-endpoints/${id}`, { url });
      const { output } = run(language, name, source, { WEBHOOK_SECRET: secret, PORT: String(port) });
      await eventually(async () => (await fetch(url, { method: 'POST' })).status === 401, 10_000);

      await write({ transactionId: `ORDER-${language}` });
      await settled('delivered');
      await eventually(() => expect(output()).toContain(`payment.accepted ORDER-${language}`));

      // The secret of the receiver is the former one now.
      await call('POST', `/v1/webhook-endpoints/${id}/rotate-secret`);
      await write({ transactionId: `LATER-${language}` });
      const [{ id: later }] = await eventually(async () => {
        const both = await settled('delivered');
        expect(both).toHaveLength(2);
        return both;
      });
      await call('POST', `/v1/deliveries/${later}/retry`);
      await eventually(async () => expect((await settled('delivered'))[0].attempts).toHaveLength(2));
      expect(output().split('LATER')).toHaveLength(2);

      const body = '{"id":"FORGED","type":"payment.accepted","data":{"payment":{"transaction_id":"FORGED"}}}';
      const post = async (at: Date, signed: string, sent = body, changed: Record<string, string> = {}) =>
        (
          await request('POST', url, sent, {
            'webhook-id': 'FORGED',
            'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
            'webhook-signature': signed,
            ...changed,
          })
        ).status;
      const now = new Date();
      const old = new Date(now.getTime() - 3_600_000);
      const sign = (at: Date, key = secret) => new Webhook(key).sign('FORGED', at, body);
      const stranger = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
      expect(await post(now, sign(now, stranger))).toBe(401);
      expect(await post(now, sign(now), body.replace('accepted', 'refused'))).toBe(401);
      expect(await post(now, sign(now), body, { 'webhook-id': 'OTHER' })).toBe(401);
      expect(await post(now, sign(now), body, { 'webhook-timestamp': 'soon' })).toBe(401);
      expect(await post(old, sign(old))).toBe(401);
      expect(await post(now, 'v1,')).toBe(401);
      expect(output()).not.toContain('FORGED');
      expect(await post(now, `v2,x ${sign(now, stranger)} ${sign(now)}`)).toBe(204);
    },
  );
});

describe('the table of docs/webhooks.md', () => {
  it('is the schedule', () => {
    const unit: Record<string, number> = { s: 1, min: 60, h: 3600, d: 86_400 };
    const seconds = (words: string) =>
      [...words.matchAll(/(\d+) (s|min|h|d)\b/g)].reduce(
        (sum, [, count, name]) => sum + Number(count) * unit[name!]!,
        0,
      );
    const rows = [...text.matchAll(/^\| (\d+) +\| ([^|]+)\| ([^|]+)\|$/gm)];
    const { webhookRetrySeconds: delays } = new Config();
    expect(rows.map(([, number]) => Number(number))).toEqual(delays.map((_, index) => index + 2));
    expect(rows.map(([, , delay]) => seconds(delay!))).toEqual(delays);
    let sum = 0;
    for (const [index, [, , , since]] of rows.entries()) {
      sum += delays[index]!;
      expect(Math.abs(seconds(since!) - sum)).toBeLessThan(60);
    }
  });
});
