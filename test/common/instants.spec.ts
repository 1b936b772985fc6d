// Proves that an instant is read the same on every machine, and that what Postgres could not take never gets there.
import 'reflect-metadata';
import { expect, it } from 'vitest';
import { IsInstant } from '../../src/common/instants';
import { Problem } from '../../src/common/problem';
import { validated } from '../../src/common/validation';

class Window {
  @IsInstant()
  since!: Date;
}

const faults = (body: unknown): unknown => {
  try {
    return validated(Window, body).since.toISOString();
  } catch (error) {
    return (error as Problem).extras.errors;
  }
};

it.each([
  ['2026-01-31', '2026-01-31T00:00:00.000Z'],
  ['2026-01-31T08:00', '2026-01-31T08:00:00.000Z'],
  ['2026-01-31T08:00:00Z', '2026-01-31T08:00:00.000Z'],
  ['2026-01-31T08:00:00.123456Z', '2026-01-31T08:00:00.123Z'],
  ['2026-01-31T08:00:00+01:00', '2026-01-31T07:00:00.000Z'],
  ['2024-02-29', '2024-02-29T00:00:00.000Z'],
  ['9999-12-31T23:59:00-12:00', '+010000-01-01T11:59:00.000Z'],
])('reads %j', (text, instant) => expect(faults({ since: text })).toBe(instant));

it.each([
  ...['yesterday', '', '1', '2026', '2026-01', '20260131', '2026-W05', '2026-031', '2026-02-30', '2026-13-01'],
  ...[
    '2026-01-31T08:00+01',
    '2026-01-31T25:00Z',
    '2026-01-31 08:00:00Z',
    '2026-01-31T08:00:00 01:00',
    'Sat Jan 31 2026',
  ],
  ...['-100000-01-01T00:00:00Z', '+275760-09-13T00:00:00Z', 1764057600000, true, ['2026-01-31']],
])('refuses %j', (value) => expect(faults({ since: value })).toMatchObject([{ pointer: '/since', code: 'format' }]));

it('misses one that is not there', () => expect(faults({})).toMatchObject([{ pointer: '/since', code: 'required' }]));
