import fc, { type Arbitrary } from 'fast-check';
import type { Known } from './requests';
import { LENGTHS, NAMES, TEXTS } from './words';

export const text: Arbitrary<string> = fc.oneof(
  fc.constantFrom(...TEXTS),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc
    .tuple(fc.constantFrom(...LENGTHS), fc.constantFrom('a', '1', 'é', '❤', '𝒳', '\u0301'))
    .map(([length, letter]) => letter.repeat(length)),
);

const value: Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: text },
  fc.oneof(fc.integer(), fc.double(), fc.constantFrom(0, 5, 1e21, 2500.5, Number.MAX_SAFE_INTEGER, -0)),
  fc.constantFrom(null, true, false, [], {}, [[]], [null], { a: 1 }),
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(30, 31, 32, 33, 60).map((depth) => nested(depth)),
);

function nested(depth: number): unknown {
  return depth === 0 ? 'deep' : depth % 2 ? [nested(depth - 1)] : { deep: nested(depth - 1) };
}

const name: Arbitrary<string> = fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...NAMES) }, text);

/** A good order, request or notification with some of its fields replaced, dropped or added to. */
function fields({ keys, ids }: Known): Arbitrary<Record<string, unknown>> {
  const good = fc.constantFrom<Record<string, unknown>>(
    { amount: 2500, currency: 'XOF', description: 'Order', return_url: 'https://shop.example/' },
    {
      apikey: keys[0],
      site_id: '1',
      transaction_id: 'O1',
      amount: 100,
      currency: 'XOF',
      description: 'd',
      return_url: 'https://shop.example/',
    },
    { apikey: keys[0], site_id: '1', transaction_id: ids[0] },
    { url: 'https://shop.example/hook', events: ['payment.accepted'] },
    { resolution: 'keep_open', note: 'n' },
    { since: '2020-01-01T00:00:00Z' },
    { cpm_site_id: '100001', cpm_trans_id: ids[0], cpm_amount: '100' },
    {},
  );
  const customer = fc.dictionary(
    fc.constantFrom('id', 'first_name', 'email', 'country', 'zip_code', 'phone_number', 'state', 'name'),
    value,
  );
  const change = fc.dictionary(name, fc.oneof({ weight: 6, arbitrary: value }, customer), { maxKeys: 5 });
  return fc.tuple(good, change).map(([base, changes]) => ({ ...base, ...changes }));
}

function written(one: unknown): string {
  return typeof one === 'string' ? one : JSON.stringify(one);
}

/** Bodies of every kind, whole, cut, sized at the limits, or no text at all. */
export function bodyOf(known: Known): Arbitrary<Buffer> {
  const json = fields(known).map((all) => JSON.stringify(all));
  const form = fields(known).map((all) =>
    new URLSearchParams(Object.entries(all).map(([key, one]): [string, string] => [key, written(one)])).toString(),
  );
  const multipart = fields(known).map(
    (all) =>
      Object.entries(all)
        .map(([key, one]) => `--B\r\nContent-Disposition: form-data; name="${key}"\r\n\r\n${written(one)}\r\n`)
        .join('') + '--B--\r\n',
  );
  const sized = fc
    .tuple(fc.constantFrom(16 * 1024, 64 * 1024), fc.constantFrom(-1, 0, 1))
    .map(([size, by]) => `{"metadata":"${'x'.repeat(size + by - 15)}"}`);
  return fc.oneof(
    { weight: 6, arbitrary: json.map((one) => Buffer.from(one)) },
    { weight: 3, arbitrary: form.map((one) => Buffer.from(one)) },
    { weight: 2, arbitrary: multipart.map((one) => Buffer.from(one)) },
    { weight: 2, arbitrary: fc.tuple(json, fc.nat(50)).map(([one, cut]) => Buffer.from(one).subarray(0, -1 - cut)) },
    fc
      .tuple(json, fc.constantFrom('\ufeff', '\ufeff\ufeff', '\0', ' ', '\ud800'))
      .map(([one, first]) => Buffer.from(first + one)),
    json.map((one) => Buffer.from(one, 'utf16le')),
    json.map((one) => Buffer.from(one, 'latin1')),
    fc.jsonValue().map((one) => Buffer.from(JSON.stringify(one))),
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    sized.map((one) => Buffer.from(one)),
  );
}
