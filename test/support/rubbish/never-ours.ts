import { connect } from 'node:net';
import fc from 'fast-check';
import { expect } from 'vitest';
import { order, startTestGateway, type TestGateway } from '../gateway';
import { routesOf } from '../routes';
import { bytesOf, rubbish, type Rubbish } from './requests';

/** A sender that is not answered gives up after so long. */
const PATIENCE_MS = 10_000;

/** Sends so many generated requests, and fails with the smallest one that got a 5xx, no answer, or an error line in the log. */
export async function neverOurFault(count: number, seed: number): Promise<void> {
  const errors: Record<string, any>[] = [];
  // Without workers only requests make the log.
  const gateway = await startTestGateway({
    env: { ROLES: 'api' },
    log: (line) => void (line.level >= 50 && errors.push(line)),
  });
  try {
    const known = await knownOf(gateway);
    const property = fc.asyncProperty(rubbish(known), async (sent) => {
      // Of the run before: it has failed for them already.
      errors.length = 0;
      const answer = await answerTo(gateway, sent);
      expect(answer).toMatch(sent.missing > 0 ? /^(HTTP\/1\.1 [1-4]\d\d |$)/ : /^HTTP\/1\.1 [1-4]\d\d /);
      expect(/^HTTP\/1\.1 5/m.test(answer)).toBe(false);
      expect(errors).toEqual([]);
    });
    await fc.assert(property, { numRuns: count, seed });
  } finally {
    await gateway.close();
  }
}

async function knownOf(gateway: TestGateway): Promise<Parameters<typeof rubbish>[0]> {
  const keys = [
    gateway.apiKey,
    await gateway.createKey('shop', ['drop_in']),
    await gateway.createKey('ops', ['admin']),
  ];
  const payment = await gateway.call('POST', '/v1/payments', order());
  const endpoint = await gateway.call('POST', '/v1/webhook-endpoints', { url: 'https://shop.example/hook' });
  const delivery = await gateway.call('POST', `/v1/webhook-endpoints/${endpoint.body.id}/test`);
  const token = new URL(payment.body.checkout_url).pathname.split('/').at(-1)!;
  const ids = [payment.body.transaction_id, token, endpoint.body.id, delivery.body.id];
  return { routes: await routesOf(gateway), keys, ids };
}

function answerTo(gateway: TestGateway, sent: Rubbish): Promise<string> {
  const { port, hostname } = new URL(gateway.url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => {
      const bytes = bytesOf(sent);
      // What never ends is left in the middle.
      if (sent.missing > 0) socket.end(bytes);
      else socket.write(bytes);
    });
    let answer = '';
    socket.setTimeout(PATIENCE_MS, () => socket.destroy());
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString('latin1')));
    socket.on('error', () => undefined).on('close', () => resolve(answer));
  });
}
