// Proves that reading a form costs by its bytes, whatever its names are: no request of 64 KB holds the process.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseForm } from '../../src/common/body-text';
import type { Fields } from '../../src/common/known-fields';
import { fieldsOf } from '../../src/compat/fields';

/** Fields that are read. */
const NAMES = new Set(['apikey', 'invoice_data', 'a', 'b']);

/** A form of about 64 KB. */
function formNamed(nameOf: (index: number) => string): Fields {
  let form = '';
  for (let index = 0; form.length < 64_000; index++) form += `${nameOf(index)}=&`;
  return { ...parseForm(Buffer.from(form)), last: 'x' };
}

/** Of the processor's time, so that other programs on this machine do not count. */
function medianMs(work: () => unknown): number {
  const times = Array.from({ length: 5 }, () => {
    const began = process.cpuUsage();
    work();
    return process.cpuUsage(began).user / 1000;
  });
  return times.toSorted((a, b) => a - b)[2]!;
}

describe('a form of 64 KB', () => {
  const shapes: [what: string, nameOf: (index: number) => string][] = [
    ['one object with many names', (index) => `a[n${index}]`],
    ['many objects', (index) => `a${index}[b]`],
    ['two objects in turn', (index) => `${index % 2 ? 'a' : 'b'}[n${index}]`],
    ['an object that a plain name replaces again and again', (index) => (index % 2 ? 'a' : `a[n${index}]`)],
    ['names of brackets', (index) => `${'['.repeat(index % 50)}${index}`],
  ];
  it.each(shapes)('%s takes less than 50 ms', (_what, nameOf) => {
    const form = formNamed(nameOf);
    expect(medianMs(() => fieldsOf(form, NAMES))).toBeLessThan(50);
  });
});

it('reads an object from the names of a form, in whatever order they come', () => {
  const names = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(names, (inner) => {
      const object = Object.fromEntries(inner.map((name) => [name, `value of ${name}`]));
      const form = Object.fromEntries(inner.map((name) => [`invoice_data[${name}]`, `value of ${name}`]));
      expect(fieldsOf({ ...form, apikey: 'k' }, NAMES)).toEqual({ invoice_data: object, apikey: 'k' });
    }),
  );
  expect(fieldsOf({ invoice_data: { a: '1' }, 'invoice_data[b]': '2' }, NAMES)).toEqual({
    invoice_data: { a: '1', b: '2' },
  });
  expect(fieldsOf({ invoice_data: 'text', 'invoice_data[b]': '2' }, NAMES)).toEqual({ invoice_data: { b: '2' } });
});
