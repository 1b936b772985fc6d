// Proves that the short way of asking rules says "kept" for exactly what class-validator finds faultless, and leaves kinds it does not know to it.
import 'reflect-metadata';
import { plainToInstance } from 'class-transformer';
import { IsString, validateSync, ValidateIf } from 'class-validator';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { keepsRules } from '../../src/common/kept-rules';
import { CreatePaymentDto } from '../../src/payments/create-payment.dto';

const GOOD: Record<string, unknown> = {
  amount: 2500,
  currency: 'XOF',
  description: 'Order 1234',
  return_url: 'https://shop.example/thanks',
  transaction_id: 'order-1234',
  order_reference: '1234',
  channels: 'ALL',
  lang: 'fr',
  metadata: 'basket 8f2e',
  invoice_data: { Size: '42' },
  lock_phone_number: false,
  site_id: '445160',
  integration: 'redirect',
};
const CUSTOMER: Record<string, unknown> = {
  id: 'c1',
  first_name: 'Awa',
  last_name: 'Kone',
  email: 'awa@example.com',
  phone_number: '+2250700000000',
  address: 'Rue 12',
  city: 'Abidjan',
  country: 'CI',
  state: 'CI',
  zip_code: '00225',
};

const anything = fc.oneof(
  fc.constantFrom<unknown>(
    undefined,
    null,
    '',
    0,
    -5,
    1.5,
    NaN,
    true,
    [],
    {},
    [1],
    'x'.repeat(2000),
    '#',
    '2500',
    new Date(0),
    new Map(),
  ),
  fc.anything(),
);
// Names that every object has never come so far (validation.ts).
const odd = anything.filter((value) => !Object.keys(value ?? {}).some((name) => name in Object.prototype));
const some = (good: Record<string, unknown>) =>
  fc
    .record({
      left: fc.subarray(Object.keys(good)),
      changed: fc.dictionary(fc.constantFrom(...Object.keys(good), 'other'), odd, { maxKeys: 2 }),
    })
    .map(({ left, changed }) => ({ ...Object.fromEntries(left.map((name) => [name, good[name]])), ...changed }));
const order = fc
  .tuple(some(GOOD), fc.oneof({ weight: 5, arbitrary: some(CUSTOMER) }, odd), fc.boolean())
  .map(([body, customer, has]) => (has ? { amount: 100, currency: 'XOF', description: 'd', ...body, customer } : body));

function isFaultless(value: object): boolean {
  return validateSync(value, { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: false }).length === 0;
}

// Nothing but a plain object is ever kept in a nested place: class-validator may find an empty list there faultless, and is asked.
function isPlain(value: unknown): boolean {
  return value === undefined || Object.prototype.toString.call(value) === '[object Object]';
}

it('agrees with class-validator about orders, whatever is in them', () => {
  const seen = { kept: 0, broken: 0 };
  fc.assert(
    fc.property(order, (body) => {
      const value = plainToInstance(CreatePaymentDto, body, { exposeUnsetFields: false });
      const kept = keepsRules(value);
      seen[kept ? 'kept' : 'broken']++;
      if (kept || isPlain(body.customer)) expect(kept).toBe(isFaultless(value));
    }),
    { numRuns: 2_000 },
  );
  expect(Math.min(seen.kept, seen.broken)).toBeGreaterThan(50);
});

it('finds an order with everything faultless', () => {
  expect(keepsRules(plainToInstance(CreatePaymentDto, { ...GOOD, customer: CUSTOMER }))).toBe(true);
});

it('never speaks for a class with a rule of another kind, or without rules', () => {
  class Each {
    @IsString({ each: true })
    names = ['a'];
  }
  class Grouped {
    @IsString({ groups: ['some'] })
    name = 'a';
  }
  class Conditional {
    @IsString({ validateIf: () => false })
    name = 1;
  }
  class Free {
    name = 1;
  }
  expect([new Each(), new Grouped(), new Conditional(), new Free()].map(keepsRules)).toEqual([
    false,
    false,
    false,
    false,
  ]);
});

it('asks nothing more where a condition says no', () => {
  class Sometimes {
    @ValidateIf((_, value) => value !== 5)
    @IsString()
    name: unknown;
  }
  const named = (name: unknown): Sometimes => Object.assign(new Sometimes(), { name });
  expect([named(5), named('a'), named(6)].map(keepsRules)).toEqual([true, true, false]);
});
