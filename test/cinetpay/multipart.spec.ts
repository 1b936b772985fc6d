// Proves that multipart forms are read as PHP, JavaScript and .NET write them, byte for byte, and that no shape of one costs more than a moment.
import { describe, expect, it } from 'vitest';
import { multipartFields } from '../../src/cinetpay/multipart';

const read = (body: string, type = 'multipart/form-data; boundary=x'): ReturnType<typeof multipartFields> =>
  multipartFields(Buffer.from(body, 'latin1'), type);
const part = (disposition: string, value = 'v', more = ''): string =>
  `--x\r\n${more}Content-Disposition: form-data; ${disposition}\r\n\r\n${value}\r\n`;

describe('a multipart form', () => {
  it.each([
    ['with quotes, as PHP and browsers write it', part('name="a"'), undefined],
    [
      'without quotes, as .NET writes it',
      part('name=a', 'v', 'Content-Type: text/plain; charset=utf-8\r\n'),
      undefined,
    ],
    ['with a boundary in quotes', part('name="a"'), 'Multipart/Form-Data; boundary="x"'],
    ['with headers that nobody asked for', part('name="a"', 'v', 'Content-Length: 1\r\nX-Y: z\r\n'), undefined],
  ])('%s is read', async (_what, body, type) => {
    expect(await read(`${body}--x--\r\n`, type)).toEqual([['a', Buffer.from('v')]]);
  });

  it('keeps bytes that are not UTF-8, line ends and order, and leaves files out', async () => {
    const body = `${part('name="é"', '\xe9\r\n\xef\xbb\xbf')}${part('name="f"; filename="f.txt"')}${part('name="é"', '')}--x--`;
    const name = Buffer.from('é', 'latin1').toString('utf8');
    expect(await read(body)).toEqual([
      [name, Buffer.from('\xe9\r\n\xef\xbb\xbf', 'latin1')],
      [name, Buffer.alloc(0)],
    ]);
  });

  it.each([
    ['without a boundary', part('name="a"'), 'multipart/form-data'],
    [
      'with a boundary of 71 characters',
      `${part('name="a"')}--x--`.replaceAll('--x', `--${'x'.repeat(71)}`),
      `multipart/form-data; boundary=${'x'.repeat(71)}`,
    ],
    ['that is cut', part('name="a"'), undefined],
    ['without a name', `${part('filename="a"')}--x--`, undefined],
    ['with a boundary that is nowhere', `${part('name="a"')}--x--`, 'multipart/form-data; boundary=y'],
    ['of 65 parts', `${part('name="a"').repeat(65)}--x--`, undefined],
    ['with a part whose headers are long', `${part('name="a"', 'v', `X: ${'y'.repeat(2000)}\r\n`)}--x--`, undefined],
  ])('%s is unreadable', async (_what, body, type) => {
    expect(await read(body, type)).toBeUndefined();
  });

  it('of 64 parts is read', async () => {
    expect(await read(`${part('name="a"').repeat(64)}--x--`)).toHaveLength(64);
  });

  const KB_64 = 64 * 1024;
  const full = (unit: string, start = ''): string =>
    start + unit.repeat(Math.floor((KB_64 - start.length) / unit.length));
  it.each([
    ['parts', `${full(part('name="a"'))}--x--`],
    ['64 parts', `${part('name="a"', 'v'.repeat(960)).repeat(64)}--x--`],
    ['boundaries', full('--x\r\n')],
    ['boundaries without a line', full('--x')],
    ['empty parts', full('--x\r\n\r\n')],
    ['lines that look like a boundary', `${full('\r\n-', part('name="a"', '').slice(0, -2))}\r\n--x--`],
    ['headers', full('A: b\r\n', '--x\r\n')],
    ['parameters', full('a=b;', '--x\r\nContent-Disposition: form-data; ')],
    ['a long name', full('\\"', '--x\r\nContent-Disposition: form-data; name="')],
    ['parts of long headers', `${part('name="a"', 'v'.repeat(500), `X: ${'y;'.repeat(200)}\r\n`).repeat(64)}--x--`],
    ['parts of many headers', `${part('name="a"', 'v'.repeat(900), 'A: b\r\n'.repeat(6)).repeat(64)}--x--`],
    ['headers in each part', full(part('name="a"', '', 'A: b\r\n'.repeat(100)))],
  ])('of 64 KB of %s costs less than 50 ms', async (_what, body) => {
    const times: number[] = [];
    for (let run = 0; run < 5; run++) {
      const started = performance.now();
      await read(body);
      times.push(performance.now() - started);
    }
    expect(Math.min(...times)).toBeLessThan(50);
  });
});
