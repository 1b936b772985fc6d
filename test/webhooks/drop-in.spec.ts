// Proves that the endpoint of a notify_url is delivered to in the form that was brought for it, like any other delivery.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DeliveryForms, type OutgoingRequest, type OwedDelivery } from '../../src/webhooks/delivery.forms';
import { DropInEndpoints } from '../../src/webhooks/drop-in.endpoints';
import { eventually, startTestGateway, type TestGateway } from '../support/gateway';
import { scene } from './scene';

describe('a drop-in delivery', () => {
  let gateway: TestGateway;
  const put: OwedDelivery[] = [];
  beforeAll(async () => {
    gateway = await startTestGateway({ env: { WEBHOOK_RETRY_SECONDS: '1,1' } });
    gateway.app.get(DeliveryForms).set('drop_in', async (delivery): Promise<OutgoingRequest[]> => {
      put.push(delivery);
      return [
        { method: 'GET', headers: {} },
        { method: 'POST', headers: { 'x-token': 'signed' }, body: `id=${delivery.transaction_id}` },
      ];
    });
  });
  afterAll(() => gateway.close());

  it('sends a ping and the form, tries again, and is listed although its endpoint is not', async () => {
    const {
      caller,
      call,
      receiver,
      write,
      arrived,
      deliveries,
      id: webhook,
    } = await scene(gateway, {
      events: ['payment.expired'],
    });
    const notifyUrl = `${receiver.url}?order=7`;
    const endpoint = await gateway.app.get(DropInEndpoints).ensure(caller, notifyUrl);
    // The ping's answer does not matter; the first form is refused.
    receiver.answer = (response, { method }, n) =>
      void response.writeHead(method === 'GET' ? 404 : n <= 2 ? 500 : 200).end();
    const fields = { transactionId: 'ORDER7', notifyEndpointId: endpoint };
    await write({ ...fields, type: 'payment.pending' });
    const event = await write({ ...fields, type: 'payment.accepted' });
    await arrived(4);
    const [ping, form] = receiver.arrivals;
    expect(ping).toMatchObject({ method: 'GET', path: '/hook?order=7', body: '' });
    expect(form).toMatchObject({
      method: 'POST',
      path: '/hook?order=7',
      body: 'id=ORDER7',
      headers: { 'x-token': 'signed' },
    });
    expect(put[0]).toMatchObject({
      caller,
      kind: 'drop_in',
      event_id: event,
      type: 'payment.accepted',
      url: notifyUrl,
    });
    const [delivery] = await eventually(async () => {
      const found = await deliveries();
      expect(found).toMatchObject([{ status: 'delivered', endpoint_id: endpoint, event_id: event, url: notifyUrl }]);
      return found;
    });
    expect(delivery.attempts.map((one: any) => one.http_status)).toEqual([500, 200]);
    const listed = (await call('GET', '/v1/webhook-endpoints')).body.data;
    expect(listed.map((one: any) => one.id)).toEqual([webhook]);
    expect((await call('POST', `/v1/deliveries/${delivery.id}/retry`)).status).toBe(202);
    await arrived(6);
    await receiver.close();
  });

  it('goes on after a 410, as do those of other orders: nobody could enable its endpoint again', async () => {
    const { caller, receiver, write, settled } = await scene(gateway, { events: ['payment.expired'] });
    const notifyEndpointId = await gateway.app.get(DropInEndpoints).ensure(caller, receiver.url);
    receiver.answer = (response, { method }, n) =>
      void response.writeHead(method === 'POST' && n <= 2 ? 410 : 204).end();
    await write({ notifyEndpointId });
    const [first] = await settled('delivered');
    expect(first.attempts.map((one: any) => one.http_status)).toEqual([410, 204]);
    await write({ notifyEndpointId });
    await eventually(async () => expect(await settled('delivered')).toHaveLength(2));
    await receiver.close();
  });
});
