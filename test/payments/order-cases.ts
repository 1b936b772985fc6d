import { DEMO_SITES } from '../../simulator/state/settings';

export const text = (length: number): string => 'x'.repeat(length);
const url = (length: number): string => `https://shop.example/${text(length - 21)}`;
const lines = (count: number): object => Object.fromEntries(Array.from({ length: count }, (_, i) => [`Line ${i}`, '']));

/** One number, as people and telephones write it. */
export const PHONES = [
  ...['2250707070707', '+2250707070707', '002250707070707', '00225 07 07 07 07 07', '+225 (07) 07-07.07/07'],
  ...[
    '\u202a+225\u00a007\u00a007\u00a007\u00a007\u00a007\u202c',
    '＋２２５０７０７０７０７０７',
    '+225 07–07‑07—07 07',
  ],
];

/** Every field of the card block, and the customer's number. */
export const CARD = {
  ...{
    id: '172',
    first_name: 'Francisse',
    last_name: 'KOUADIO',
    phone_number: '+225004315545',
    email: 'f@shop.example',
  },
  ...{ address: 'Antananarivo', city: 'Antananarivo', country: 'CM', zip_code: '065100' },
};
const card = (changes: object): object => ({ channels: 'CREDIT_CARD', customer: { ...CARD, ...changes } });
const person = (fields: object): object => ({ customer: fields });
export const SQL = `'); DROP TABLE transactions; --`;

/** Orders that break no rule, as changes of the smallest one. */
export const ACCEPTED: [name: string, overrides: object][] = [
  ['the smallest amount', { amount: 5 }],
  ['the smallest amount in USD', { amount: 1, currency: 'USD' }],
  ['the largest amount', { amount: 999_999_999, currency: 'USD' }],
  ['the largest multiple of 5', { amount: 999_999_995 }],
  ['no multiple of 5 in USD', { amount: 34, currency: 'USD' }],
  ...['XAF', 'CDF', 'GNF'].map((currency): [string, object] => [currency, { currency }]),
  ...['ALL', 'MOBILE_MONEY', 'WALLET'].map((channels): [string, object] => [channels, { channels }]),
  ...['fr', 'en', 'FR', 'En'].map((lang): [string, object] => [`lang ${lang}`, { lang }]),
  ['a transaction_id of 1', { transaction_id: '7' }],
  ['a transaction_id of 64', { transaction_id: `a-Z.9${text(59)}` }],
  ['a description of 1', { description: 'x' }],
  ['a description of 255', { description: text(255) }],
  ['a description with what CinetPay does not take', { description: 'Order #12/34 $_&' }],
  ['a URL of 2048', { return_url: url(2048) }],
  ['plain http, a port, a query, capitals', { return_url: 'HTTP://localhost:3000/merci?panier=1&été=oui' }],
  ['metadata of 1000', { metadata: text(1000) }],
  ['metadata of any text', { metadata: '{"panier": ["é", 1]}' }],
  ['an order_reference of 64', { order_reference: text(64) }],
  ['no invoice line', { invoice_data: {} }],
  [
    'three invoice lines',
    { invoice_data: { 'Reste à payer': '25 000fr', Matricule: '24OPO25', [text(50)]: text(100) } },
  ],
  ['a display currency', { alternative_currency: 'EUR' }],
  ['an empty customer', { customer: {} }],
  ['customer fields of 255', person({ id: text(255), first_name: text(255), address: text(255), city: text(255) })],
  ['a zip code of 1', person({ zip_code: '1' })],
  ['a zip code of 10', person({ zip_code: '0123456789' })],
  ['a country in small letters', person({ country: 'ci' })],
  ['a whole card block', card({})],
  ['a whole card block with the state of the United States', card({ country: 'US', state: 'CA' })],
  ['a locked phone', { lock_phone_number: true, ...person({ phone_number: '2250504315545' }) }],
  [
    'a locked phone as people write it',
    { lock_phone_number: true, ...person({ phone_number: '+225 (05) 04.31-55.45' }) },
  ],
  ...PHONES.map((phone_number): [string, object] => [
    `a locked phone written ${JSON.stringify(phone_number)}`,
    { lock_phone_number: true, ...person({ phone_number }) },
  ]),
  ['no lock', { lock_phone_number: false }],
  ['the site of its currency', { site_id: DEMO_SITES[0]!.site_id }],
  ['redirect in words', { integration: 'redirect' }],
  ['seamless with a return_url', { integration: 'seamless' }],
  ['seamless without one', { integration: 'seamless', return_url: undefined }],
  [
    'SQL where text is free',
    {
      description: SQL,
      metadata: SQL,
      order_reference: SQL,
      invoice_data: { [SQL]: SQL },
      ...person({ last_name: SQL }),
    },
  ],
];

/** Orders that break one rule: where, and the fault's code. */
export const REFUSED: [name: string, overrides: object, faults: string[]][] = [
  ...[undefined, null, '2500', 2500.5, true, [2500], {}].map((amount): [string, object, string[]] => {
    return [`amount ${JSON.stringify(amount)}`, { amount }, [`/amount ${amount === undefined ? 'required' : 'type'}`]];
  }),
  ['amount 0', { amount: 0 }, ['/amount range']],
  ['amount below 0', { amount: -5 }, ['/amount range']],
  ['amount 1,000,000,000', { amount: 1_000_000_000 }, ['/amount range']],
  ['amount beyond every number', { amount: 1e300 }, ['/amount range']],
  ['amount no multiple of 5', { amount: 2501 }, ['/amount multiple_of_5']],
  ['amount no multiple of 5 in CDF', { amount: 4, currency: 'CDF' }, ['/amount multiple_of_5']],
  ['no currency', { currency: undefined }, ['/currency required']],
  ...['', 'EUR', 'xof', 5, ['XOF'], SQL].map((currency): [string, object, string[]] => {
    return [`currency ${JSON.stringify(currency)}`, { currency }, ['/currency not_allowed']];
  }),
  ['currency null', { currency: null }, ['/currency type']],
  ['no description', { description: undefined }, ['/description required']],
  ['an empty description', { description: '' }, ['/description length']],
  ['a description of 256', { description: text(256) }, ['/description length']],
  ['a description that is no text', { description: { a: 1 } }, ['/description type']],
  ['no return_url', { return_url: undefined }, ['/return_url required']],
  ['an empty return_url', { return_url: '' }, ['/return_url required']],
  ...[
    'ftp://shop.example/',
    'javascript:alert(1)',
    '//shop.example',
    'https://',
    'http://a b/',
    'https://me:pw@shop.example/',
    'shop',
    SQL,
    5,
    [],
    url(2049),
  ].map((return_url): [string, object, string[]] => [
    `return_url ${JSON.stringify(return_url).slice(0, 40)}`,
    { return_url },
    ['/return_url format'],
  ]),
  ...['#', ' ', '# / $ _ &', '\u200b', '\u00a0#\ufe0f', '_'.repeat(255)].map(
    (description): [string, object, string[]] => {
      return [`a description of ${JSON.stringify(description).slice(0, 20)}`, { description }, ['/description format']];
    },
  ),
  ...['.', '..', '.'.repeat(64), 'a b', 'a_b', 'a/b', 'a#b', 'é', '../x', text(65), SQL].map(
    (id): [string, object, string[]] => {
      return [`transaction_id ${id.slice(0, 20)}`, { transaction_id: id }, ['/transaction_id format']];
    },
  ),
  ['a transaction_id that is no text', { transaction_id: 1234 }, ['/transaction_id type']],
  ...['12\u200b34', '12\n34', 'a\u007f', '1\u00ad2', '\u2060x', '1\u202e2', '1\u20282', '❤\ufe0f'].map(
    (order_reference): [string, object, string[]] => [
      `an order_reference of ${JSON.stringify(order_reference)}`,
      { order_reference },
      ['/order_reference format'],
    ],
  ),
  ['an order_reference of 65', { order_reference: text(65) }, ['/order_reference length']],
  ['an order_reference that is no text', { order_reference: 1234 }, ['/order_reference type']],
  ...['all', 'ALL,WALLET', 'OM', 5, SQL].map((channels): [string, object, string[]] => {
    return [`channels ${channels}`, { channels }, ['/channels not_allowed']];
  }),
  ...['de', 'fr-CI', 5, SQL].map((lang): [string, object, string[]] => [
    `lang ${lang}`,
    { lang },
    ['/lang not_allowed'],
  ]),
  ['metadata of 1001', { metadata: text(1001) }, ['/metadata length']],
  ['metadata that is no text', { metadata: { a: 1 } }, ['/metadata type']],
  ['an alternative_currency of 11', { alternative_currency: text(11) }, ['/alternative_currency length']],
  ['an alternative_currency that is no text', { alternative_currency: 5 }, ['/alternative_currency type']],
  ...[lines(4), { '': 'x' }, { [text(51)]: '' }, { a: text(101) }, { a: 5 }, { a: { b: 'c' } }, ['a'], 'a', 5].map(
    (data): [string, object, string[]] => [
      `invoice_data ${JSON.stringify(data).slice(0, 40)}`,
      { invoice_data: data },
      ['/invoice_data format'],
    ],
  ),
  ...[[], 'a', 5, true].map((customer): [string, object, string[]] => {
    return [`customer ${JSON.stringify(customer)}`, { customer }, ['/customer type']];
  }),
  ...['id', 'first_name', 'last_name', 'phone_number', 'address', 'city', 'state'].flatMap(
    (name): [string, object, string[]][] => [
      [`${name} of 256`, person({ [name]: text(256) }), [`/customer/${name} length`]],
      [`${name} that is no text`, person({ [name]: 5 }), [`/customer/${name} type`]],
    ],
  ),
  ['an e-mail that is no text', person({ email: 5 }), ['/customer/email type']],
  ['a country that is no text', person({ country: 225 }), ['/customer/country type']],
  ...['f', 'f@', '@shop.example', 'f@shop', 'a b@shop.example'].map((email): [string, object, string[]] => {
    return [`e-mail ${email}`, person({ email }), ['/customer/email format']];
  }),
  ...['CIV', 'C', 'ZZ', '22'].map((country): [string, object, string[]] => {
    return [`country ${country}`, person({ country }), ['/customer/country format']];
  }),
  ['a zip code of 11', person({ zip_code: '01234567890' }), ['/customer/zip_code length']],
  ['a zip code that is no text', person({ zip_code: 6510 }), ['/customer/zip_code type']],
  [
    'cards without a customer',
    { channels: 'CREDIT_CARD' },
    ['first_name', 'last_name', 'phone_number', 'email', 'address', 'city', 'country', 'zip_code'].map(
      (name) => `/customer/${name} required`,
    ),
  ],
  ...Object.keys(CARD)
    .slice(1)
    .map((name): [string, object, string[]] => {
      return [`cards without ${name}`, card({ [name]: '' }), [`/customer/${name} required`]];
    }),
  ...['US', 'ca'].map((country): [string, object, string[]] => {
    return [`cards in ${country} without a state`, card({ country }), ['/customer/state required']];
  }),
  ['a lock without a phone', { lock_phone_number: true }, ['/customer/phone_number required']],
  ...[
    ...[
      '1234567',
      '1234567890123456',
      '+225 abc',
      '0102030405 ext. 2',
      SQL,
      '0707070707',
      '+0707070707',
      '000225070707',
    ],
    ...['225+0707070707', '++2250707070707', '+221 077 123 45 67', '00237 0677 00 00 00', '٢٢٥٠٧٠٧٠٧٠٧٠٧', '+'],
  ].map((phone_number): [string, object, string[]] => {
    return [
      `a lock on ${phone_number}`,
      { lock_phone_number: true, ...person({ phone_number }) },
      ['/customer/phone_number format'],
    ];
  }),
  ...['true', 1, {}].map((lock): [string, object, string[]] => {
    return [`lock_phone_number ${JSON.stringify(lock)}`, { lock_phone_number: lock }, ['/lock_phone_number type']];
  }),
  ['a site_id that is no number', { site_id: SQL }, ['/site_id format']],
  ['a site_id that is no text', { site_id: 100001 }, ['/site_id type']],
  ['another integration', { integration: 'popup' }, ['/integration not_allowed']],
  ...[
    'status',
    'caller',
    'id',
    'payment_url',
    'notify_url',
    'apikey',
    'cpm_amount',
    'Amount',
    'idempotency_key',
    'wire_body',
    'a/b',
  ].map((name): [string, object, string[]] => [
    `the field ${name}`,
    { [name]: 'accepted' },
    [`/${name.replace('/', '~1')} unknown_field`],
  ]),
  ['an empty unknown field', { status: '' }, ['/status unknown_field']],
  ['a field that every object has', { constructor: { prototype: {} } }, ['/constructor unknown_field']],
  ['an unknown field in the customer', person({ caller: 'x' }), ['/customer/caller unknown_field']],
];
