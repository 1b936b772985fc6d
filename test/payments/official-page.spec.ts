// Proves that the official page's own examples of a request are accepted as they stand, and reach CinetPay as the page writes them.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from '../support/gateway';
import { stageOf, type Stage } from '../support/stage';

/** The official page's examples of a request, under CinetPay's names; ids, e-mails and addresses where the page has placeholders. */
const OFFICIAL: [name: string, wire: Record<string, unknown>][] = [
  [
    'the request in JavaScript',
    {
      ...{ transaction_id: 'REFID-2021', amount: 34, currency: 'USD', alternative_currency: '', lang: 'FR' },
      ...{
        description: ' TEST INTEGRATION ',
        customer_id: '172',
        customer_name: 'KOUADIO',
        customer_surname: 'Francisse',
      },
      ...{
        customer_email: 'francisse@shop.example',
        customer_phone_number: '+225004315545',
        customer_address: 'Antananarivo',
      },
      ...{ customer_city: 'Antananarivo', customer_country: 'CM', customer_state: 'CM', customer_zip_code: '065100' },
      ...{ channels: 'ALL', metadata: 'user1', invoice_data: { Donnee1: '', Donnee2: '', Donnee3: '' } },
    },
  ],
  [
    'the request in JSON',
    {
      ...{ amount: 2500, currency: 'XOF', transaction_id: 'REFID12354', description: 'TRANSACTION DESCRIPTION' },
      ...{
        metadata: 'user001',
        customer_id: '001',
        customer_name: 'John',
        customer_surname: 'Doe',
        channels: 'MOBILE_MONEY',
      },
    },
  ],
  [
    "the script's order",
    {
      ...{ transaction_id: '48151623', amount: 100, currency: 'XOF', channels: 'ALL', description: 'Test paiement' },
      ...{
        customer_name: 'Joe',
        customer_surname: 'Down',
        customer_email: 'down@shop.example',
        customer_phone_number: '088767611',
      },
      ...{ customer_address: 'BP 0024', customer_city: 'Antananarivo', customer_country: 'CM', customer_state: 'CM' },
      customer_zip_code: '06510',
    },
  ],
  [
    'the invoice and the locked phone',
    {
      ...{
        transaction_id: 'REFID12355',
        amount: 2500,
        currency: 'XOF',
        description: 'TRANSACTION DESCRIPTION',
        channels: 'ALL',
      },
      invoice_data: { 'Reste à payer': '25 000fr', Matricule: '24OPO25', 'Annee-scolaire': '2020-2021' },
      ...{ lock_phone_number: true, customer_phone_number: '2250504315545' },
    },
  ],
];

/** Translates an order of the page; `customer_surname` is the first name there. */
function underOurNames(wire: Record<string, unknown>): Record<string, unknown> {
  const names: Record<string, string> = { name: 'last_name', surname: 'first_name' };
  const own: Record<string, unknown> = {};
  const customer: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(wire)) {
    const field = /^customer_(.+)$/.exec(name)?.[1];
    if (field === undefined) own[name] = value;
    else customer[names[field] ?? field] = value;
  }
  return { ...own, customer };
}

let gateway: TestGateway;
let stage: Stage;
beforeAll(async () => {
  gateway = await startTestGateway();
  stage = stageOf(gateway);
});
afterAll(() => gateway.close());

describe("the official page's own examples", () => {
  it.each(OFFICIAL)('%s is accepted and reaches CinetPay as the page writes it', async (_, wire) => {
    const { status, body } = await stage.place(underOurNames(wire));
    expect([status, body.transaction_id]).toEqual([201, wire.transaction_id]);
    const [sent] = await stage.requests(body.transaction_id);
    const { apikey, site_id, notify_url, return_url, ...fields } = JSON.parse(sent!.raw_body);
    expect([apikey, site_id, notify_url, return_url]).toEqual(Array(4).fill(expect.stringMatching(/^\S+$/)));
    const { alternative_currency: none, lang = 'fr', ...told } = wire;
    expect(none ?? '').toBe('');
    expect(fields).toEqual({ ...told, lang: String(lang).toLowerCase() });
  });

  it('takes each of its phone numbers: whether it can be charged is for CinetPay to say', async () => {
    for (const phone_number of ['+225004315545', '088767611', '2250504315545']) {
      // The page locks no number without a prefix: CinetPay answers 624 to one, and the id would be spent.
      for (const lock_phone_number of phone_number.startsWith('0') ? [false] : [true, false]) {
        const { status, body } = await stage.place({ lock_phone_number, customer: { phone_number } });
        if (status !== 201) expect([status, body.code, body.cinetpay.code]).toEqual([422, 'cinetpay_rejected', '624']);
        const [sent] = await stage.requests(body.transaction_id);
        const wire = lock_phone_number ? phone_number.replace('+', '') : phone_number;
        expect(JSON.parse(sent!.raw_body)).toMatchObject({ customer_phone_number: wire });
      }
    }
  });
});
