// Proves what CinetPay gets to see of an order, byte for byte, and that the apikey is put in without touching the rest.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cardAvailable,
  wireBody,
  wireDescription,
  wireMetadata,
  withApikey,
  type WireOrder,
} from '../../src/cinetpay/wire';
import { PHONES } from '../payments/order-cases';

const urls = { notifyUrl: 'https://gw.example/cinetpay/notify', returnUrl: 'https://gw.example/checkout/t/return' };
const order: WireOrder = {
  ...{ transaction_id: 'ORDER1', site_id: '123456', amount: 2500, currency: 'XOF', description: 'Order 1' },
  ...{ channels: 'ALL', lang: 'fr', metadata: null, invoice_data: null, alternative_currency: null },
  ...{ customer: null, lock_phone_number: false, drop_in: null },
};
const whole = {
  ...{ id: '7', first_name: 'Awa', last_name: 'Koné', phone_number: '+225 05 04 31 55 45', email: 'awa@example.com' },
  ...{ address: 'BP 24', city: 'Abidjan', country: 'CI', zip_code: '065100' },
};
const sent = (fields: Partial<WireOrder>): Record<string, unknown> =>
  JSON.parse(wireBody({ ...order, ...fields }, urls)) as Record<string, unknown>;

describe('the wire body', () => {
  it('of a small order is these bytes', () => {
    expect(wireBody(order, urls)).toBe(
      '{"site_id":"123456","transaction_id":"ORDER1","amount":2500,"currency":"XOF","description":"Order 1",' +
        '"notify_url":"https://gw.example/cinetpay/notify","return_url":"https://gw.example/checkout/t/return",' +
        '"channels":"ALL","lang":"fr"}',
    );
  });

  it('translates the names, which CinetPay has the other way round', () => {
    expect(sent({ customer: whole })).toMatchObject({
      ...{ customer_id: '7', customer_name: 'Koné', customer_surname: 'Awa', customer_email: 'awa@example.com' },
      ...{ customer_address: 'BP 24', customer_city: 'Abidjan', customer_country: 'CI', customer_zip_code: '065100' },
      customer_phone_number: '+225 05 04 31 55 45',
    });
  });

  it('leaves an incomplete card block out, but for the person', () => {
    const names = (customer: WireOrder['customer']) =>
      Object.keys(sent({ customer })).filter((name) => name.startsWith('customer_'));
    const person = ['customer_id', 'customer_name', 'customer_surname', 'customer_phone_number'];
    for (const field of [
      'first_name',
      'last_name',
      'phone_number',
      'email',
      'address',
      'city',
      'country',
      'zip_code',
    ] as const) {
      expect(person).toEqual(expect.arrayContaining(names({ ...whole, [field]: undefined })));
      expect(cardAvailable({ ...order, customer: { ...whole, [field]: '' } })).toBe(false);
    }
    expect(names(whole)).toHaveLength(9);
    expect(names({ ...whole, state: 'AB' })).toContain('customer_state');
  });

  it('knows when cards can be offered', () => {
    expect(cardAvailable({ ...order, customer: whole })).toBe(true);
    expect(cardAvailable({ ...order, customer: null })).toBe(false);
    for (const country of ['US', 'CA']) {
      expect(cardAvailable({ ...order, customer: { ...whole, country } })).toBe(false);
      expect(cardAvailable({ ...order, customer: { ...whole, country, state: 'NY' } })).toBe(true);
    }
    expect(cardAvailable({ customer: whole, channels: 'MOBILE_MONEY' })).toBe(false);
    expect(cardAvailable({ customer: whole, channels: 'CREDIT_CARD' })).toBe(true);
  });

  it('makes a locked phone digits only', () => {
    expect(sent({ customer: whole, lock_phone_number: true })).toMatchObject({
      ...{ lock_phone_number: true, customer_phone_number: '2250504315545' },
    });
    for (const phone_number of PHONES)
      expect(sent({ customer: { ...whole, phone_number }, lock_phone_number: true })).toMatchObject({
        customer_phone_number: '2250707070707',
      });
  });

  it('passes on invoice lines, the alternative currency and the device', () => {
    const fields = { invoice_data: { 'Reste à payer': '25 000fr', '': '' }, alternative_currency: 'USD' };
    expect(sent({ ...fields, drop_in: { device_id: 'd1' } })).toMatchObject({ ...fields, device_id: 'd1' });
  });

  it('frees the description of the characters CinetPay advises against', () => {
    expect(wireDescription('A#b/c$d_e&f é-"ü"')).toBe('A b c d e f é-"ü"');
  });

  it('sends harmless metadata plain and everything else in base64', () => {
    for (const plain of ['', 'user001', 'a B.,:;@-9']) expect(wireMetadata(plain)).toBe(plain);
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string({ unit: 'grapheme' })), (metadata) => {
        const wire = wireMetadata(metadata);
        expect(wire).toMatch(/^[A-Za-z0-9 .,:;@+/=-]*$/);
        if (wire !== metadata) expect(Buffer.from(wire, 'base64').toString()).toBe(metadata);
      }),
    );
  });

  it('takes the apikey in front and keeps every other byte', () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ unit: 'grapheme' }), (apikey, description) => {
        const stored = wireBody({ ...order, description }, urls);
        const body = withApikey(stored, apikey);
        expect(body.endsWith(stored.slice(1))).toBe(true);
        expect(JSON.parse(body)).toEqual({ apikey, ...(JSON.parse(stored) as object) });
      }),
    );
  });
});
