// Proves that a notification counts as authentic only with the right x-token over the 16 fields by name, and that no
// body makes reading it fail.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readForm, readNotification, signedForm } from '../../src/cinetpay/notification-form';
import { FORM_FIELDS, verifies, xToken, type NotificationForm } from '../../src/cinetpay/signature';
import { hmac, Secret } from '../../src/common/secret';
import { SiteConfig } from '../../src/config/config';

const SECRET = 'test-secret-key';
const FORM = 'application/x-www-form-urlencoded';
const form = (values: string[]) =>
  Object.fromEntries(FORM_FIELDS.map((name, n) => [name, values[n]])) as NotificationForm;
const signature = '0123456789abcdef0123456789abcdef';
const date = '2024-01-01 12:00:00';
const tail = ['fr', 'V4', 'Single', 'Payment'];
const start = ['123456', 'TX20240101A', date, '1000', 'XOF', signature];
const A = form([...start, 'OM', '0707070707', '225', ...tail, 'eyJhIjoxfQ==', 'Test order', 'SUCCES']);
const B = { ...A, cpm_custom: '' };
const C = form([...start, '', '', '', ...tail, '', 'Achat été', 'TRANSACTION_CANCEL']);
const TOKEN_A = '6913ff211de3a49ae17f5ebd53bd9d9363e8f66f9b6f23492be61bd4b6f5b80e';

const site = Object.assign(new SiteConfig(), {
  ...{ site_id: '123456', apikey: new Secret('k'), secret_key: new Secret(SECRET) },
  secret_keys_previous: [new Secret('former'), new Secret('')],
});
const body = (fields: Record<string, string>) => Buffer.from(new URLSearchParams(fields).toString());
const read = (raw: Buffer, token: string | null = TOKEN_A, type: string | null = FORM, sites = [site]) =>
  readNotification(raw, type, token, sites);

describe('the x-token', () => {
  it('is that of the three vectors', () => {
    expect(xToken(A, SECRET)).toBe(TOKEN_A);
    expect(xToken(B, SECRET)).toBe('4c752e6af29aa61a7dd7a51391742c500c0033ec37f0137b12caa5bb6010289d');
    expect(xToken(C, SECRET)).toBe('f4af88c0ebe5f0900572e7ac370ccdf4ac363992055090bc269b23b533325e50');
  });

  it('verifies in any case, with any of the secrets, and with nothing else', () => {
    const secrets = [new Secret('other'), new Secret(SECRET)];
    expect(verifies(A, TOKEN_A, secrets)).toBe(true);
    expect(verifies(A, TOKEN_A.toUpperCase(), secrets)).toBe(true);
    for (const token of [null, '', 'abc', TOKEN_A.slice(1), `${TOKEN_A}00`, `${TOKEN_A} `, 'é'.repeat(64)]) {
      expect(verifies(A, token, secrets)).toBe(false);
    }
    expect(verifies(A, TOKEN_A, [new Secret('other')])).toBe(false);
    expect(verifies(A, TOKEN_A, [])).toBe(false);
  });

  it('never verifies with an empty secret', async () => {
    expect(verifies(A, xToken(A, ''), [new Secret('')])).toBe(false);
    expect((await read(body(A), xToken(A, ''))).validity).toBe('bad_token');
  });
});

describe('a notification', () => {
  const named = { siteId: '123456', transactionId: 'TX20240101A' };

  it('is valid in any order of fields, with unknown ones between and absent ones empty', async () => {
    const reversed = Object.fromEntries(Object.entries({ extra: 'x', ...A }).reverse());
    expect(await read(body(reversed))).toEqual({ validity: 'valid', ...named });
    const absent = Object.fromEntries(Object.entries(C).filter(([, value]) => value !== ''));
    expect(await read(body(absent), xToken(C, SECRET))).toEqual({ validity: 'valid', ...named });
    expect((await read(body(A), xToken(A, 'former'))).validity).toBe('valid');
  });

  it('is read as a form, as multipart, as JSON, and without a type', async () => {
    const parts = Object.entries(A).map(
      ([n, v]) => `--xyz\r\nContent-Disposition: form-data; name="${n}"\r\n\r\n${v}\r\n`,
    );
    const multipart = Buffer.from(`${parts.join('')}--xyz--\r\n`);
    for (const type of [FORM, `${FORM}; charset=UTF-8`, null, 'text/plain']) {
      expect((await read(body(A), TOKEN_A, type)).validity).toBe('valid');
    }
    expect((await read(multipart, TOKEN_A, 'multipart/form-data; boundary=xyz')).validity).toBe('valid');
    expect((await read(multipart, TOKEN_A, 'Multipart/Form-Data; boundary="xyz"')).validity).toBe('valid');
    expect(
      (await read(Buffer.from(JSON.stringify({ ...A, cpm_amount: 1000 })), TOKEN_A, 'application/json')).validity,
    ).toBe('valid');
  });

  const token = (bytes: Buffer): string => hmac(SECRET, bytes).toString('hex');
  const messageOf = (fields: NotificationForm, encoding: BufferEncoding): Buffer =>
    Buffer.from(FORM_FIELDS.map((name) => fields[name]).join(''), encoding);
  const escaped = (fields: NotificationForm, encoding: BufferEncoding): string =>
    FORM_FIELDS.map(
      (name) =>
        `${name}=${[...Buffer.from(fields[name], encoding)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')}`,
    ).join('&');

  it('is judged over its bytes, as PHP signs them, where its text is not UTF-8 or is cut in a character', async () => {
    const french = { ...A, cpm_trans_id: 'N° 7', cpm_designation: 'Achat été', cpm_custom: 'a+b&c=d%zz' };
    const latin = { ...named, transactionId: 'N° 7' };
    const signed = token(messageOf(french, 'latin1'));
    expect(await read(Buffer.from(escaped(french, 'latin1')), signed)).toEqual({ validity: 'valid', ...latin });
    const raw = FORM_FIELDS.map((name) => `${name}=${french[name].replace('a+b&c=d%zz', 'a%2Bb%26c=d%zz')}`).join('&');
    expect(await read(Buffer.from(raw, 'latin1'), signed)).toEqual({ validity: 'valid', ...latin });
    const parts = FORM_FIELDS.map(
      (name) => `--x\r\nContent-Disposition: form-data; name=${name}\r\n\r\n${french[name]}\r\n`,
    );
    const multipart = Buffer.from(`${parts.join('')}--x--\r\n`, 'latin1');
    expect(await read(multipart, signed, 'multipart/form-data; boundary=x')).toEqual({ validity: 'valid', ...latin });
    // The last byte of the last character is missing.
    const cut = Buffer.from(escaped({ ...A, cpm_error_message: 'REFUSÉ' }, 'utf8').slice(0, -3));
    const whole = messageOf({ ...A, cpm_error_message: 'REFUSÉ' }, 'utf8');
    expect(await read(cut, token(whole.subarray(0, -1)))).toEqual({ validity: 'valid', ...named });
    expect((await read(cut, token(whole))).validity).toBe('bad_token');
    expect((await read(Buffer.from(escaped(french, 'latin1')), xToken(A, SECRET))).validity).toBe('bad_token');
  });

  it('may begin with a byte order mark', async () => {
    const marked = (text: string | Buffer): Buffer =>
      Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(text)]);
    expect(await read(marked(body(A)))).toEqual({ validity: 'valid', ...named });
    expect(await read(marked(JSON.stringify(A)), TOKEN_A, null)).toEqual({ validity: 'valid', ...named });
    expect(await read(marked(JSON.stringify(A)), TOKEN_A, 'application/json')).toEqual({ validity: 'valid', ...named });
    const inside = { ...A, cpm_designation: '\uFEFFAchat' };
    expect(await read(body(inside), xToken(inside, SECRET))).toEqual({ validity: 'valid', ...named });
  });

  it('that names half of a character as its id is unreadable', async () => {
    expect(await read(Buffer.from('{"cpm_trans_id":"\\ud800"}'))).toMatchObject({
      validity: 'unreadable',
      transactionId: null,
    });
  });

  it('counts the first of several fields of one name', async () => {
    const twice = Buffer.concat([body(A), Buffer.from('&cpm_trans_id=OTHER')]);
    expect(await read(twice)).toEqual({ validity: 'valid', ...named });
  });

  it('is not valid once anything was changed', async () => {
    for (const name of FORM_FIELDS) {
      const { validity } = await read(body({ ...A, [name]: `${A[name]}1` }));
      expect(validity).toBe(name === 'cpm_site_id' ? 'unknown_site' : 'bad_token');
    }
    expect((await read(body(A), null)).validity).toBe('bad_token');
    expect((await read(body(A), TOKEN_A, FORM, [])).validity).toBe('unknown_site');
    expect(await read(body({ cpm_trans_id: 'T' }))).toEqual({
      validity: 'unknown_site',
      siteId: null,
      transactionId: 'T',
    });
  });

  it('is unreadable without an id that a payment could have', async () => {
    const nobody = { validity: 'unreadable', transactionId: null };
    for (const raw of [
      '',
      'hello',
      '[1]',
      '{"a"',
      '%00',
      'cpm_trans_id=',
      'cpm_trans_id=a%00b',
      `cpm_trans_id=${'x'.repeat(300)}`,
    ]) {
      expect(await read(Buffer.from(raw))).toMatchObject(nobody);
    }
    expect(await read(body(A), TOKEN_A, 'multipart/form-data')).toMatchObject(nobody);
    expect(await read(Buffer.from('[]'), TOKEN_A, 'application/json')).toMatchObject(nobody);
  });

  it('never throws, and any other secret never makes it valid', async () => {
    const types = fc.constantFrom(
      FORM,
      'application/json',
      'multipart/form-data; boundary=a',
      'multipart/form-data',
      null,
    );
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), types, fc.string(), async (bytes, type, token) => {
        expect((await read(Buffer.from(bytes), token, type)).validity).not.toBe('valid');
      }),
    );
  });
});

describe('the form we send ourselves', () => {
  it('has the 16 fields in concatenation order and verifies like one of CinetPay', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 16, maxLength: 16 }), async (values) => {
        const { body: sent, token } = signedForm(form(values), SECRET);
        expect([...new URLSearchParams(sent).keys()]).toEqual([...FORM_FIELDS]);
        const back = (await readForm(Buffer.from(sent), FORM))!;
        expect(verifies(back.form, token, [new Secret(SECRET)])).toBe(true);
        expect(verifies(back.bytes!(), token, [new Secret(SECRET)])).toBe(true);
      }),
    );
    expect(new URLSearchParams(signedForm({ cpm_trans_id: 'T' }, SECRET).body).get('cpm_site_id')).toBe('');
  });
});
