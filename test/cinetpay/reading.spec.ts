// Proves that docs/cinetpay.md leaves out nothing that the code knows of CinetPay: every code, wire field, form field and setting.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { COUNTRIES } from '../../simulator/facts/operators';
import { MESSAGES } from '../../simulator/facts/codes';
import { FAULT_KINDS } from '../../simulator/faults/faults';
import { DEFAULT_SETTINGS } from '../../simulator/state/settings';
import { REFUSES_CONTENT, REFUSES_CREDENTIALS, SAYS_NOTHING, WAITING } from '../../src/cinetpay/codes';
import { FORM_FIELDS } from '../../src/cinetpay/signature';
import { wireBody, withApikey } from '../../src/cinetpay/wire';

const PAGE = readFileSync('docs/cinetpay.md', 'utf8');

/** The lines of a section. */
function section(title: string): string[] {
  const from = PAGE.slice(PAGE.indexOf(`## ${title}\n`) + 3);
  return from.slice(0, from.includes('\n## ') ? from.indexOf('\n## ') : undefined).split('\n');
}

function cells(line: string): string[] {
  return line.split('|').map((cell) => cell.trim());
}

/** The table of codes: each code with its line's cells. */
const CODES = new Map(
  section('Every code')
    .filter((line) => /^\| \d/.test(line))
    .flatMap((line) =>
      cells(line)[1]!
        .split(', ')
        .map((code): [string, string[]] => [code, cells(line)]),
    ),
);

describe('the codes', () => {
  it('are all there, with the message that the simulator gives them', () => {
    const without = Object.keys(MESSAGES).filter((code) => !CODES.has(code));
    expect(without).toEqual([]);
    for (const code of ['00', '201', '429', '600', '608', '609', '613', '625', '627', '662', '663', '664'] as const)
      expect(CODES.get(code)![2]).toContain(MESSAGES[code]);
  });

  it.each([
    [REFUSES_CONTENT, 4, 'refuses the content'],
    [REFUSES_CREDENTIALS, 4, 'refuses our '],
    [REFUSES_CREDENTIALS, 5, 'no answer, counts against the site'],
    [SAYS_NOTHING, 5, 'no answer'],
    [WAITING, 5, 'open'],
  ])('mean what the client makes of them: %o', (codes, column, words) => {
    const said = [...CODES].filter(([, line]) => line[column]!.startsWith(words)).map(([code]) => code);
    const meant = [...codes].sort();
    expect(meant.filter((code) => !said.includes(code))).toEqual([]);
    if (words !== 'no answer') expect(said.sort()).toEqual(meant);
  });
});

it('names every field that goes on the wire', () => {
  const customer = Object.fromEntries(
    [
      ...['id', 'first_name', 'last_name', 'phone_number', 'email'],
      ...['address', 'city', 'country', 'state', 'zip_code'],
    ].map((name) => [name, 'x']),
  );
  const order = {
    ...{ transaction_id: 'A', site_id: '1', amount: 5, currency: 'XOF', description: 'd', channels: 'ALL', lang: 'fr' },
    ...{ metadata: 'm', invoice_data: { a: 'b' }, alternative_currency: 'XOF', customer, lock_phone_number: true },
    drop_in: { device_id: 'd' },
  };
  const body = withApikey(wireBody(order, { notifyUrl: 'https://a', returnUrl: 'https://b' }), 'key');
  const table = section('The request').join('\n');
  expect(Object.keys(JSON.parse(body) as object).filter((name) => !table.includes(`\`${name}\``))).toEqual([]);
});

it('lists the sixteen fields in the order in which they are signed', () => {
  const [named] = /`cpm_site_id`,[^.]*`cpm_error_message`/.exec(PAGE)!;
  expect([...named.matchAll(/`(\w+)`/g)].map(([, name]) => name)).toEqual([...FORM_FIELDS]);
});

it('lists every setting of the simulator with its default, and only such faults as there are', () => {
  const rows = section('What nobody knows').filter((line) => line.startsWith('| `'));
  const named = rows.flatMap((line) => [...cells(line)[1]!.matchAll(/`(\w+)`/g)].map(([, name]) => name!));
  expect(named.sort()).toEqual(Object.keys(DEFAULT_SETTINGS).sort());
  for (const line of rows) {
    const [name] = /(?<=`)\w+/.exec(line)!;
    const value = (DEFAULT_SETTINGS as unknown as Record<string, unknown>)[name];
    if (typeof value !== 'object') expect(cells(line)[2]!.replaceAll('`', '')).toBe(`${value as string}`);
  }
  const faults = [...PAGE.matchAll(/faults? ((?:`\w+`(?:, )?)+)/g)].flatMap(([, list]) => list!.match(/\w+/g)!);
  const kinds = new Set(Object.values(FAULT_KINDS).flat());
  expect(faults.length).toBeGreaterThan(5);
  expect(faults.filter((kind) => !kinds.has(kind))).toEqual([]);
});

it('has the countries, limits and operators that the simulator has', () => {
  for (const { name, iso, prefix, currency, min, max, operators } of COUNTRIES) {
    const limits = `${min.toLocaleString('en')} – ${max.toLocaleString('en')}`;
    const wanted = [name, iso, prefix, currency, limits, operators.join(', ')];
    const found = section('Ids, amounts, currency').some((line) =>
      wanted.every((part, i) => cells(line)[i + 1] === part),
    );
    expect([name, currency, found]).toEqual([name, currency, true]);
  }
});
