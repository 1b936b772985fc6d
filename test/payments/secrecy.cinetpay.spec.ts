// Proves the same when it is CinetPay that goes wrong, and repeats in its answers whatever it was sent.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { encodeForm } from '../../simulator/notify/form';
import { xToken } from '../../simulator/notify/x-token';
import { newId } from '../../src/common/ids';
import { formOf } from '../notifications/forms';
import { request } from '../support/gateway';
import { created, type Reply } from '../support/stand-in';
import {
  APIKEY,
  CUSTOMER,
  echoes,
  EMAIL,
  findings,
  FORMER_SECRET,
  NAMED,
  PHONE,
  SITE_SECRET,
  startCanaryScene,
  tablesWithCanaries,
  type CanaryScene,
} from './canaries';

const { lines } = vi.hoisted(() => ({ lines: [] as string[] }));
const printed: string[] = [];
// The log as it is written, formatted by pino itself; only where it goes is another place.
vi.mock('pino', async (original) => {
  const pino = (await original<{ default: typeof import('pino').default }>()).default;
  const destination = () => ({
    write: (line: string) => lines.push(line),
    flushSync: () => undefined,
    on: () => undefined,
  });
  return { default: Object.assign((...made: Parameters<typeof pino>) => pino(...made), pino, { destination }) };
});

let scene: CanaryScene;
beforeAll(async () => {
  for (const stream of [process.stdout, process.stderr]) {
    const write = stream.write.bind(stream) as (...parts: unknown[]) => boolean;
    vi.spyOn(stream, 'write').mockImplementation((...parts: unknown[]) => {
      printed.push(String(parts[0]));
      return write(...parts);
    });
  }
  scene = await startCanaryScene(lines, printed);
});
afterAll(async () => {
  vi.restoreAllMocks();
  await scene.close();
});
const call: CanaryScene['call'] = (...parts) => scene.call(...parts);
const place: CanaryScene['place'] = (...parts) => scene.place(...parts);

describe('nothing gets out when', () => {
  it.each(echoes('').map(([name]) => name))('CinetPay repeats the order (%s)', async (name) =>
    scene.provoke(async () => {
      const id = newId();
      scene.standIn.before = ({ raw, body, operation }) => {
        if (body.transaction_id !== id) return;
        const reply = echoes(raw + JSON.stringify(CUSTOMER)).find(([known]) => known === name)![1];
        const link = { ...created(id), message: raw, description: raw };
        scene.standIn.says(id, operation, name === 'a paid check' && operation === 'payment' ? { body: link } : reply);
      };
      await place({ transaction_id: id });
      await place({ transaction_id: id });
      for (const path of ['', '/history']) await call('GET', `/v1/payments/${id}${path}`);
      await call('POST', `/v1/payments/${id}/verify`);
      await place();
    }, NAMED),
  );

  it.each<[string, Reply]>([
    ['cuts the connection', { cut: true }],
    ['does not answer in time', { delayMs: 1_000 }],
  ])('CinetPay %s', async (_, reply) =>
    scene.provoke(async () => {
      const id = newId();
      scene.standIn.says(id, 'payment', reply, { body: created(id) });
      expect((await place({ transaction_id: id })).status).toBe(202);
    }),
  );

  it('CinetPay cannot be reached', async () =>
    scene.provoke(async () => {
      await scene.standIn.leave();
      expect((await place()).status).toBe(202);
      await scene.standIn.comeBack();
    }));

  it('notifications come, true and forged', async () =>
    scene.provoke(async () => {
      const { transaction_id: id } = (await place()).body;
      const form = formOf(id, { cel_phone_num: PHONE, cpm_custom: EMAIL });
      for (const token of [xToken(form, SITE_SECRET), xToken(form, FORMER_SECRET), xToken(form, APIKEY), SITE_SECRET]) {
        const headers = { 'content-type': 'application/x-www-form-urlencoded', 'x-token': token };
        expect(
          (await scene.kept(request('POST', `${scene.gateway.url}/cinetpay/notify`, encodeForm(form), headers))).status,
        ).toBe(200);
      }
      await call('GET', `/v1/payments/${id}/history`);
    }));
});

describe('afterwards', () => {
  it('metrics hold nothing, and events and webhooks no more than CinetPay said of names', async () => {
    const { text } = await request('GET', `${scene.gateway.url}/metrics`);
    const feed = (await scene.gateway.call('GET', '/v1/events?limit=100')).text;
    const hooks = scene.receiver.arrivals.map(({ body, headers }) => body + JSON.stringify(headers)).join('');
    expect([feed.includes('payment.rejected'), hooks.includes('payment.rejected')]).toEqual([true, true]);
    const beyond = (found: string[]): string[] => found.filter((canary) => !NAMED.includes(canary));
    expect([findings(text), beyond(findings(feed)), beyond(findings(hooks))]).toEqual([[], [], []]);
  });

  it('no table holds a secret, and a customer is only in his order and in what CinetPay posted', async () => {
    // `notifications` is what came, byte for byte, and one brought a secret as its token.
    const expected = { transactions: [PHONE, EMAIL], notifications: [SITE_SECRET, PHONE, EMAIL] };
    expect(await tablesWithCanaries(scene.witness)).toEqual(expected);
  });

  it('the log has told what happened', () => {
    const log = lines.join('');
    for (const message of ['cinetpay call', 'payment moved', 'CinetPay refuses our configuration']) {
      expect(log).toContain(message);
    }
    expect(findings(log)).toEqual([]);
  });
});
