import { Test } from '@nestjs/testing';
import type { TestingModule } from '@nestjs/testing';
import { Budget } from '../../src/cinetpay/budget';
import { BudgetModule } from '../../src/cinetpay/budget.module';
import type { Answer, CallOutcome } from '../../src/cinetpay/outcomes';
import { configureLogger } from '../../src/common/logger';
import { Secret } from '../../src/common/secret';
import { Config } from '../../src/config/config';
import { ConfigModule } from '../../src/config/config.module';
import { DatabaseModule } from '../../src/database/database.module';
import { site } from './client';

configureLogger('silent');

export const SITE = site();

/** One replica's budget, with a pool of its own. */
export async function startBudget(
  databaseUrl: string,
  rate: number,
): Promise<{ budget: Budget; module: TestingModule }> {
  const config = Object.assign(new Config(), {
    databaseUrl: new Secret(databaseUrl),
    databasePool: 8,
    sites: [SITE],
    cinetpayRatePerSecond: rate,
    cinetpayTimeoutMs: 1_000,
  });
  const imports = [ConfigModule.with(config), DatabaseModule, BudgetModule];
  const module = await Test.createTestingModule({ imports }).compile();
  return { budget: module.get(Budget), module };
}

const answer = (outcome: string, httpStatus: number | null): Answer => ({
  operation: 'check',
  outcome,
  durationMs: 1,
  httpStatus,
  code: null,
  message: null,
  description: null,
  apiResponseId: null,
  data: null,
});

export const UNPAID: CallOutcome = { kind: 'unpaid', answer: answer('unpaid', 200) };
export const BLOCKED: CallOutcome = { kind: 'blocked', answer: answer('blocked', 403) };
export const NOT_SENT: CallOutcome = { kind: 'not_sent', answer: answer('not_sent', null) };
export const UNCLEAR: CallOutcome = { kind: 'unclear', answer: answer('unclear', 502) };
export const BAD_APIKEY: CallOutcome = {
  kind: 'misconfigured',
  about: 'credentials',
  answer: answer('misconfigured', 401),
};
export const throttled = (retryAfterMs?: number): CallOutcome => ({
  kind: 'throttled',
  retryAfterMs,
  answer: answer('throttled', 429),
});

/** The most calls in any second, wherever it starts. */
export function busiestSecond(times: number[]): number {
  const sorted = [...times].sort((a, b) => a - b);
  let first = 0;
  return sorted.reduce((most, time, index) => {
    while (sorted[first]! <= time - 1_000) first++;
    return Math.max(most, index - first + 1);
  }, 0);
}
