import { listed, spread, type Random } from '../common/backoff';
import { isUnresolved } from './status';
import type { Transaction } from './transaction.entity';

/** The lists of the configuration, in seconds. */
export interface Schedules {
  /** CHECK_SCHEDULE_SECONDS. */
  checks: readonly number[];
  /** INITIATION_RETRY_SECONDS; also the delays after a check that got no answer. */
  retries: readonly number[];
}

const HOUR = 3_600_000;
/** A half-done initiation is tried for so long (contract, section 3). */
const INITIATION_LASTS_MS = 24 * HOUR;
/** Seconds after an expiry, or a review that keeps a rejected one open, at which it is asked about again (docs/contract.md, section 5). */
const LATE_CHECKS = [3_600, 86_400, 259_200, 2_592_000] as const;
/** After a refusal the customer often pays at once on the same counter, and the notification of that may be lost. */
const CHECKS_AFTER_REFUSAL = [300, ...LATE_CHECKS] as const;
/** Our choice: what failed together must not come back together. */
const JITTER = 0.2;

/** When the next scheduled question is due, strictly after `now`; null when the schedule has nothing more. */
export function nextCheckAt(
  row: Pick<Transaction, 'status' | 'checks_from' | 'needs_review'>,
  now: Date,
  { checks }: Schedules,
): Date | null {
  const list = row.needs_review ? [] : listOf(row, checks);
  if (row.checks_from === null) return null;
  const from = row.checks_from.getTime();
  const next = list.find((seconds) => from + seconds * 1000 > now.getTime());
  return next === undefined ? null : new Date(from + next * 1000);
}

/** Whether an answered check may decide that an unresolved payment is expired: the last of its schedule is due. */
export function isLastCheck(row: Pick<Transaction, 'checks_from'>, now: Date, { checks }: Schedules): boolean {
  const last = checks.at(-1);
  return row.checks_from !== null && last !== undefined && now.getTime() >= row.checks_from.getTime() + last * 1000;
}

/** When to ask again after a check without an answer, the `failures`-th in a row. A payment that was woken does not wait for an hour. */
export function checkAgainAt(
  row: Pick<Transaction, 'status' | 'woken_at'>,
  failures: number,
  now: Date,
  { retries }: Schedules,
  random?: Random,
): Date {
  const delay = isUnresolved(row.status) || row.woken_at !== null ? listed(retries, failures) * 1000 : HOUR;
  return new Date(now.getTime() + spread(delay, JITTER, random));
}

/** When to try a half-done initiation again after its `attempts`-th try. */
export function initiateAgainAt(attempts: number, now: Date, { retries }: Schedules, random?: Random): Date {
  return new Date(now.getTime() + spread(listed(retries, attempts) * 1000, JITTER, random));
}

/** Whether the time for tries is over; then one answered check decides. */
export function isInitiationOver(row: Pick<Transaction, 'created_at'>, now: Date): boolean {
  return now.getTime() - row.created_at.getTime() >= INITIATION_LASTS_MS;
}

/** After the tries are over and a check got no answer. */
export function hourly(now: Date, random?: Random): Date {
  return new Date(now.getTime() + spread(HOUR, JITTER, random));
}

function listOf({ status }: Pick<Transaction, 'status'>, checks: readonly number[]): readonly number[] {
  switch (status) {
    case 'created':
    case 'pending':
      return checks;
    case 'refused':
      return CHECKS_AFTER_REFUSAL;
    case 'expired':
    // Rejected by itself it has no `checks_from` and rests.
    case 'rejected':
      return LATE_CHECKS;
    case 'accepted':
      return [];
  }
}
