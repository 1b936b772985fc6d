import fc, { type Arbitrary } from 'fast-check';
import { filled, type Route } from '../routes';
import { bodyOf, text } from './bodies';
import { CONTENT_TYPES, HEADER_VALUES } from './words';

/** One request as its bytes go over a socket of its own. */
export interface Rubbish {
  method: string;
  path: string;
  headers: [name: string, value: string][];
  body: Buffer | undefined;
  /** What Content-Length says more than there is: such a body never ends. */
  missing: number;
}

/** What a request may use of what is there. */
export interface Known {
  routes: Route[];
  /** A key of each scope. */
  keys: string[];
  /** Of rows that are there. */
  ids: string[];
}

function headersOf({ keys }: Known): Arbitrary<[string, string][]> {
  const authorization = fc
    .oneof(
      { weight: 8, arbitrary: fc.constantFrom(...keys).map((key) => `Bearer ${key}`) },
      fc.constantFrom('Bearer', 'Basic eDp5', 'Bearer a b', `Bearer cpk_${'x'.repeat(43)}`, ''),
    )
    .map((one): [string, string] => ['Authorization', one]);
  const type = fc.constantFrom(...CONTENT_TYPES).map((one): [string, string] => ['Content-Type', one]);
  const other = fc
    .constantFrom(...Object.keys(HEADER_VALUES))
    .chain((header) => fc.constantFrom(...HEADER_VALUES[header]!).map((one): [string, string] => [header, one]));
  return fc
    .tuple(
      fc.array(authorization, { minLength: 0, maxLength: 2, size: 'xsmall' }),
      fc.array(
        fc.oneof({ weight: 3, arbitrary: fc.constant<[string, string]>(['Content-Type', 'application/json']) }, type),
        { maxLength: 2, size: 'xsmall' },
      ),
      fc.array(other, { maxLength: 4 }),
    )
    .map((all) => all.flat());
}

const segment: Arbitrary<string> = fc.oneof(
  text.map((one) => encodeURIComponent(one.replace(/\p{Surrogate}/gu, ''))),
  fc.constantFrom(
    '%',
    '%zz',
    '%ff',
    '%c0%af',
    '%00',
    '..',
    '.',
    '%2e%2e',
    '%252e',
    '..%2f',
    '%5c..',
    '\\',
    '',
    '*',
    ';a=b',
    '%F0%9F%92',
    'a%20b',
    '\u00e9',
  ),
);
const query: Arbitrary<string> = fc
  .array(
    fc.tuple(
      fc.oneof(
        fc.constantFrom(
          'limit',
          'cursor',
          'after',
          'status',
          'currency',
          'order_reference',
          'created_after',
          'created_before',
          'needs_review',
          'endpoint_id',
          'transaction_id',
        ),
        segment,
      ),
      fc.oneof(
        segment,
        fc.constantFrom(
          '1',
          '0',
          '100',
          '101',
          '-1',
          '1.5',
          'pending',
          'XOF',
          'true',
          '2026-01-01T00:00:00Z',
          '9'.repeat(30),
        ),
      ),
    ),
    { maxLength: 4 },
  )
  .map((pairs) => (pairs.length === 0 ? '' : `?${pairs.map(([key, one]) => `${key}=${one}`).join('&')}`));

function pathOf({ routes, ids }: Known): Arbitrary<{ path: string; method: string }> {
  const id = fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...ids) }, segment);
  const made = fc
    .tuple(fc.constantFrom(...routes), id, fc.constantFrom('', '', '', '', '/', '//', '/..', '/x'))
    .map(([{ method, path }, one, rest]) => ({
      // Not the sites of this gateway: while one is paused, 503 is the right answer.
      path: filled(path, { id: one, token: one, site_id: one }).replace('*', one) + rest,
      method,
    }));
  const free = fc
    .array(segment, { maxLength: 5 })
    .map((segments) => ({ path: `/${segments.join('/')}`, method: 'GET' }));
  return fc.oneof(
    { weight: 8, arbitrary: made },
    free,
    made.map(({ path, method }) => ({ path: `/${path}`, method })),
  );
}

const METHODS = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'TRACE',
  'PROPFIND',
  'QUERY',
  'BREW',
  'get',
];

/** Requests near to good ones, and far from them. */
export function rubbish(known: Known): Arbitrary<Rubbish> {
  return fc
    .tuple(
      pathOf(known),
      query,
      fc.oneof({ weight: 6, arbitrary: fc.constant(undefined) }, fc.constantFrom(...METHODS)),
      headersOf(known),
      fc.option(bodyOf(known), { nil: undefined, freq: 4 }),
      fc.oneof({ weight: 30, arbitrary: fc.constant(0) }, fc.constantFrom(1, 100_000)),
    )
    .map(([{ path, method }, asked, other, headers, body, missing]) => ({
      path: path + asked,
      method: other ?? method,
      headers,
      body,
      missing,
    }));
}

/** The request as it goes on the wire; its connection ends with the answer. */
export function bytesOf({ method, path, headers, body, missing }: Rubbish): Buffer {
  const framing: [string, string][] = body ? [['Content-Length', String(body.length + missing)]] : [];
  const lines = [['Host', 'x'], ['Connection', 'close'], ...headers, ...framing].map(
    (header) => `${header.join(': ')}\r\n`,
  );
  return Buffer.concat([
    Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`, 'latin1'),
    body ?? Buffer.alloc(0),
  ]);
}
