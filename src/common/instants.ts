import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { IsDate, isISO8601 } from 'class-validator';

// Of ISO 8601 what Postgres and JavaScript both read, and read alike: no week, no basic format, no year of
// more than four digits.
const FORM = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)?)?$/;
const DETAIL = '$property must be a date or an instant of ISO 8601, such as 2026-01-31T08:00:00Z';

/**
 * The field is an instant (ISO 8601), and a `Date` from then on: a date with or without a time of day, in UTC unless an
 * offset says otherwise. Anything else is a fault of format.
 */
export function IsInstant(): PropertyDecorator {
  return applyDecorators(
    Transform(({ value }: { value: unknown }) => instantOf(value)),
    IsDate({ message: DETAIL }),
  );
}

// What is no instant stays as it is, for the rule to refuse.
function instantOf(value: unknown): unknown {
  if (typeof value !== 'string' || !FORM.test(value) || !isISO8601(value, { strict: true })) return value;
  const hasZone = value.length === 'yyyy-mm-dd'.length || /(Z|[+-]\d\d:\d\d)$/.test(value);
  // Without a zone JavaScript would take that of this machine.
  return new Date(hasZone ? value : `${value}Z`);
}
