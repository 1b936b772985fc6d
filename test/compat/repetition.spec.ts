// Proves that a client which sends the same transaction_id again gets the same link for the same order, and is told what differs in another one.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, startTestGateway, type Answer, type TestGateway } from '../support/gateway';
import { stageOf, type Stage } from '../support/stage';
import { clientOf, formOf, newTransactionId, wireOrder, type Client } from './client';

let gateway: TestGateway;
let stage: Stage;
let client: Client;
beforeAll(async () => {
  gateway = await startTestGateway();
  stage = stageOf(gateway);
  client = clientOf(gateway);
});
afterAll(() => gateway.close());

function linkOf({ status, body }: Answer): { payment_token: string; payment_url: string } {
  expect([status, body.code]).toEqual([200, '201']);
  return body.data;
}

describe('the same id again', () => {
  it('with the same order gives the same link, and CinetPay hears of it once', async () => {
    const fields = wireOrder({ customer_name: 'Koffi', metadata: { a: 1 }, lang: 'FR' });
    const first = linkOf(await client.pay(fields));
    expect(linkOf(await client.pay(fields))).toEqual(first);
    // As text, in another order, without a field, from another device: still the same order.
    const { lang, ...less } = fields;
    expect(lang).toBe('FR');
    const form = formOf({ ...less, amount: '2500', metadata: '{"a":1}', apikey: gateway.apiKey, site_id: 100001 });
    expect(linkOf(await client.send(form, 'application/x-www-form-urlencoded'))).toEqual(first);
    expect(linkOf(await client.pay({ ...fields, device_id: 'another' }))).toEqual(first);
    expect(await stage.requests(fields.transaction_id as string, 'payment')).toHaveLength(1);
  });

  it('at the same time is one payment with one link', async () => {
    const fields = wireOrder();
    const answers = await Promise.all(Array.from({ length: 20 }, () => client.pay(fields)));
    expect(new Set(answers.map((answer) => linkOf(answer).payment_token)).size).toBe(1);
    expect(await stage.requests(fields.transaction_id as string, 'payment')).toHaveLength(1);
  });

  it('gives the same link also when it is paid', async () => {
    const fields = wireOrder();
    const first = linkOf(await client.pay(fields));
    await stage.act(fields.transaction_id as string, 'pay');
    await eventually(async () => (await stage.read(fields.transaction_id as string)).status === 'accepted');
    expect(linkOf(await client.pay(fields))).toEqual(first);
  });

  it.each<[name: string, change: Record<string, unknown>]>([
    ['amount', { amount: 2505 }],
    ['description', { description: 'Another' }],
    ['return_url', { return_url: 'https://shop.example/elsewhere' }],
    ['notify_url', { notify_url: 'https://shop.example/elsewhere' }],
    ['site_id', { site_id: '445566' }],
    ['channels', { channels: 'ALL' }],
    ['metadata', { metadata: 'other' }],
    ['lang', { lang: 'en' }],
    ['invoice_data', { invoice_data: { a: 'b' } }],
    ['customer_surname', { customer_surname: 'Somebody' }],
    ['customer_name', { customer_name: 'Else' }],
  ])('with another %s is refused with 608, which names it', async (name, change) => {
    const fields = wireOrder({ metadata: 'm', customer_name: 'Koffi', customer_surname: 'Awa' });
    linkOf(await client.pay(fields));
    const { status, body } = await client.pay({ ...fields, ...change });
    expect([status, body.code, body.message, body.data]).toEqual([400, '608', 'MINIMUM_REQUIRED_FIELDS', undefined]);
    expect(body.description).toBe(
      `${name} differs from the earlier request with the same transaction_id ${String(fields.transaction_id)}`,
    );
  });

  it('names every field that differs', async () => {
    const fields = wireOrder();
    linkOf(await client.pay(fields));
    const { body } = await client.pay({ ...fields, amount: 5000, customer_city: 'Abidjan' });
    expect(body.description).toMatch(/^amount differs .+; customer_city differs /);
  });

  it('that came through /v1 is the same payment where it says the same, and another where it does not', async () => {
    const id = newTransactionId().replaceAll('_', '-');
    const placed = await stage.place({ transaction_id: id });
    const same = { ...wireOrder(), transaction_id: id, description: 'Order 1234', channels: undefined };
    const other = await client.pay({ ...same, return_url: 'https://shop.example/thanks' });
    expect(other.body.description).toMatch(/^site_id differs .+; notify_url differs /);
    expect([placed.status, other.body.code]).toEqual([201, '608']);
  });
});
