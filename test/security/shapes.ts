/** Largest body that is read, and most of what Node takes as request line and headers. */
const BODY_BYTES = 64 * 1024;
const HEAD_BYTES = 15 * 1024;

/** A body as a hostile sender makes it, as large as it may be. */
export interface BodyShape {
  name: string;
  contentType: string;
  /** With the API key where the drop-in API looks for it. */
  body(apikey?: string): string;
}

/** A query string or headers of that kind. */
export interface HeadShape {
  name: string;
  query?: string;
  headers?: Record<string, string | string[]>;
}

const JSON_TYPE = 'application/json';
const FORM_TYPE = 'application/x-www-form-urlencoded';
const BOUNDARY = 'xxBOUNDARYxx';

const json = (name: string, inside: (bytes: number) => string): BodyShape => ({
  name: `JSON: ${name}`,
  contentType: JSON_TYPE,
  body: (apikey) => {
    const head = apikey === undefined ? '{' : `{"apikey":"${apikey}",`;
    return `${head}${inside(BODY_BYTES - head.length - 1)}}`;
  },
});
const form = (name: string, inside: (bytes: number) => string): BodyShape => ({
  name: `form: ${name}`,
  contentType: FORM_TYPE,
  body: (apikey) => {
    const head = apikey === undefined ? '' : `apikey=${apikey}&`;
    return head + inside(BODY_BYTES - head.length);
  },
});
const multipart = (name: string, part: (index: number) => string, boundary = BOUNDARY): BodyShape => ({
  name: `multipart: ${name}`,
  contentType: `multipart/form-data; boundary=${boundary}`,
  body: (apikey) => {
    const end = `--${boundary}--\r\n`;
    const key = apikey === undefined ? '' : named('apikey', apikey);
    const head = key && `--${boundary}\r\n${key}`;
    return head + filled((index) => `--${boundary}\r\n${part(index)}`, BODY_BYTES - head.length - end.length) + end;
  },
});
const named = (name: string, value: string): string =>
  `Content-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;

/** As many pieces as fit, with commas or whatever `between` is. */
function filled(piece: (index: number) => string, bytes: number, between = ''): string {
  const pieces: string[] = [];
  for (let index = 0, left = bytes; ; index++) {
    const next = piece(index);
    left -= Buffer.byteLength(next) + between.length;
    if (left < 0) return pieces.join(between);
    pieces.push(next);
  }
}
const short = (index: number): string => index.toString(36);
const list = (piece: (index: number) => string, bytes: number): string => `[${filled(piece, bytes - 2, ',')}]`;
const record = (piece: (index: number) => string, bytes: number): string => `{${filled(piece, bytes - 2, ',')}}`;
const inField = (name: string, inside: (bytes: number) => string) => (bytes: number) =>
  `"${name}":${inside(bytes - name.length - 3)}`;
const text = (piece: string) => (bytes: number) =>
  `"${piece.repeat(Math.floor((bytes - 2) / Buffer.byteLength(piece)))}"`;

const ODD = ['constructor', 'toString', 'valueOf', 'hasOwnProperty', 'isPrototypeOf', 'then', 'toJSON', 'length'];
const TEXT_FIELDS = [
  'description',
  'metadata',
  'return_url',
  'notify_url',
  'transaction_id',
  'channels',
  'url',
  'note',
];

/** The largest allowed body of each shape. */
export const BODIES: readonly BodyShape[] = [
  json('short names', (bytes) => filled((i) => `"${short(i)}":0`, bytes, ',')),
  json('null under every name', (bytes) => filled((i) => `"${short(i)}":null`, bytes, ',')),
  json('numbers as names', (bytes) => filled((i) => `"${i * 65_536}":0`, bytes, ',')),
  json('names in brackets', (bytes) => filled((i) => `"a[${i}]":0`, bytes, ',')),
  json('brackets of fields', (bytes) => filled((i) => `"metadata[${i}]":0`, bytes, ',')),
  json('long names', (bytes) => filled((i) => `"${'~/'.repeat(1_500)}${i}":0`, bytes, ',')),
  json('names of escapes', (bytes) => filled((i) => `"${'\\u0001'.repeat(500)}${i}":0`, bytes, ',')),
  json('names that every object has', (bytes) => filled((i) => `"${ODD[i % ODD.length]}":{"toString":1}`, bytes, ',')),
  json('one name again and again', (bytes) => filled(() => '"amount":0', bytes, ',')),
  json(
    'many names in invoice_data',
    inField('invoice_data', (bytes) => record((i) => `"${short(i)}":null`, bytes)),
  ),
  json(
    'many names in customer',
    inField('customer', (bytes) => record((i) => `"${short(i)}":{}`, bytes)),
  ),
  json(
    'many customers',
    inField('customer', (bytes) => list(() => '{}', bytes)),
  ),
  json(
    'a metadata of lists',
    inField('metadata', (bytes) => list(() => '[]', bytes)),
  ),
  json(
    'many events',
    inField('events', (bytes) => list(() => '""', bytes)),
  ),
  json(
    'a description of lists',
    inField('description', (bytes) => list(() => '[[[0]]]', bytes)),
  ),
  json('deep', () => `"a":${'['.repeat(32_000)}${']'.repeat(32_000)}`),
  json('as deep as may be', (bytes) =>
    filled((i) => `"${short(i)}":${'{"a":'.repeat(30)}0${'}'.repeat(30)}`, bytes, ','),
  ),
  json('deep below a field', (bytes) =>
    inField('metadata', (rest) => list(() => `${'['.repeat(30)}${']'.repeat(30)}`, rest))(bytes),
  ),
  ...TEXT_FIELDS.map((field) => json(`a long ${field}`, inField(field, text('http://é@a,.')))),
  json('a long amount', (bytes) => `"amount":${'9'.repeat(bytes - 12)}`),
  json('escapes', inField('description', text('\\ud83d\\ude00'))),
  json(
    'a long e-mail',
    inField('customer', (bytes) => `{${inField('email', text('a@a.'))(bytes - 2)}}`),
  ),
  json('a long customer_phone_number', inField('customer_phone_number', text('+0 -'))),
  json(
    'JSON in invoice_data',
    inField('invoice_data', (bytes) => `"{${filled((i) => `\\"${short(i)}\\":0`, bytes - 4, ',')}}"`),
  ),
  json('half of it missing', (bytes) => `"a":"${'x'.repeat(bytes - 6)}`),
  json('spaces', (bytes) => `${' '.repeat(bytes - 5)}"a":0`),
  form('short names', (bytes) => filled((i) => `${short(i)}=`, bytes, '&')),
  form('names in brackets', (bytes) => filled((i) => `a[${i}]`, bytes, '&')),
  form('brackets of metadata', (bytes) => filled((i) => `metadata[${i}]`, bytes, '&')),
  form('brackets of invoice_data', (bytes) => filled((i) => `invoice_data[${short(i)}]=`, bytes, '&')),
  form('one name again and again', (bytes) => filled(() => 'amount=0', bytes, '&')),
  form('separators', (bytes) => '&='.repeat(bytes / 2)),
  form('percent signs', (bytes) => `metadata=${'%c3%a9'.repeat((bytes - 9) / 6)}`),
  form('broken percent signs', (bytes) => '%'.repeat(bytes)),
  form('open brackets', (bytes) => `metadata${'['.repeat(bytes - 8)}`),
  form('brackets that close', (bytes) => `metadata[${']'.repeat(bytes - 10)}x`),
  form('commas in channels', (bytes) => `channels=${filled((i) => `${short(i)}`, bytes - 9, ',')}`),
  multipart('short names', (i) => named(short(i), '')),
  multipart('names in brackets', (i) => named(`metadata[${i}]`, '')),
  multipart('nothing in each part', () => '\r\n'),
  multipart('spaces in its heads', () => `;${' '.repeat(2_000)}name\r\n\r\n`),
  multipart('quotes', () => `Content-Disposition: form-data; ${'name="'.repeat(500)}\r\n\r\n`),
  multipart('a boundary of one character', () => '\r\n', '-'),
  // At each place of the body half of the boundary agrees, from either end.
  {
    ...multipart('a long boundary', () => '', `${'-'.repeat(3_500)}b${'-'.repeat(3_500)}`),
    body: (apikey = '') => `${apikey}${'-'.repeat(BODY_BYTES - apikey.length)}`,
  },
];

const query = (name: string, piece: (index: number) => string): HeadShape => ({
  name: `query: ${name}`,
  query: filled(piece, HEAD_BYTES, '&'),
});
const header = (name: string, headers: HeadShape['headers']): HeadShape => ({ name: `headers: ${name}`, headers });

/** The longest query strings and headers of each shape. */
export const HEADS: readonly HeadShape[] = [
  query('short names', short),
  query('names and values', (i) => `${short(i)}=x`),
  query('one name again and again', () => 'a'),
  query('limit again and again', () => 'limit=1'),
  query('needs_review again and again', () => 'needs_review=x'),
  query('names in brackets', (i) => `a[${i}]=x`),
  query('percent signs', (i) => `%c3%a9${short(i)}=%01`),
  query('separators', () => '='),
  { name: 'query: a long cursor', query: `cursor=${'x'.repeat(HEAD_BYTES)}` },
  { name: 'query: a long instant', query: `created_after=2026-01-31T08:00:00.${'1'.repeat(HEAD_BYTES)}` },
  { name: 'query: a long number', query: `limit=${'9'.repeat(HEAD_BYTES)}` },
  header('many', Object.fromEntries(Array.from({ length: 900 }, (_, i) => [`x${short(i)}`, '']))),
  header('one again and again', { accept: Array.from({ length: 900 }, () => 'a') }),
  header('a long Accept-Language', { 'accept-language': filled((i) => `${short(i)};q=0`, HEAD_BYTES, ',') }),
  header('a long Accept', { accept: 'text/'.repeat(HEAD_BYTES / 5) }),
  header('a long X-Forwarded-For', { 'x-forwarded-for': filled(() => '1.1.1.1', HEAD_BYTES, ',') }),
  header('spaces in Authorization', { authorization: `Bearer${' '.repeat(HEAD_BYTES)}x x` }),
  header('a long Authorization', { authorization: `Bearer ${'x'.repeat(HEAD_BYTES)}` }),
  header('a long Cookie', { cookie: filled((i) => `${short(i)}=`, HEAD_BYTES, ';') }),
  header('a long Content-Type', { 'content-type': `application/json${' ;'.repeat(HEAD_BYTES / 2)}` }),
  header('a long Request-Id', { 'request-id': 'x'.repeat(HEAD_BYTES) }),
  header('a long Idempotency-Key', { 'idempotency-key': 'x'.repeat(HEAD_BYTES) }),
  header('a long x-token', { 'x-token': 'x'.repeat(HEAD_BYTES) }),
];
