import { parseArgs } from 'node:util';
import { run, type Outcome } from './run';

const USAGE = 'npm run torture -- [--seed S | --seeds A..B] [--payments N] [--minutes M]';

/** `npm run torture`: exit code 1 on any violation; the last line sums up. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string' },
      seeds: { type: 'string' },
      payments: { type: 'string' },
      minutes: { type: 'string' },
    },
  });
  const payments = whole(values.payments ?? '500');
  const minutes = values.minutes === undefined ? undefined : whole(values.minutes);
  const outcomes: Outcome[] = [];
  for (const seed of seedsOf(values.seeds ?? values.seed ?? '1')) {
    const outcome = await run({ seed, payments, minutes, progress: print });
    outcomes.push(outcome);
    report(outcome);
  }
  print(lastLine(outcomes, payments));
  process.exitCode = outcomes.some((outcome) => outcome.violations.length > 0) ? 1 : 0;
}

function report(outcome: Outcome): void {
  const { seed, payments, faults, kills, postgresKills, captures, seconds, violations, evidence } = outcome;
  print(
    `seed ${seed}: ${payments} payments, ${faults} faults, ${kills} kills (${postgresKills} of Postgres), ${captures} captures, ${seconds} s`,
  );
  for (const { invariant, what } of violations) print(`  invariant ${invariant} broken: ${what}`);
  if (violations.length === 0) return;
  print(`  the database and the log: ${evidence}`);
  print(`  again: npm run torture -- --seed ${seed} --payments ${payments}`);
}

function lastLine(outcomes: Outcome[], payments: number): string {
  const sum = (pick: (outcome: Outcome) => number): number =>
    outcomes.reduce((total, outcome) => total + pick(outcome), 0);
  const counts = [
    `seeds=${outcomes.length}`,
    `payments=${payments * outcomes.length}`,
    `faults=${sum((one) => one.faults)}`,
    `kills=${sum((one) => one.kills)}`,
    `postgres_kills=${sum((one) => one.postgresKills)}`,
    `captures=${sum((one) => one.captures)}`,
    `violations=${sum((one) => one.violations.length)}`,
  ];
  return `torture ${counts.join(' ')}`;
}

function seedsOf(text: string): number[] {
  const [from, to = from] = text.split('..').map(whole);
  return Array.from({ length: to! - from! + 1 }, (_, index) => from! + index);
}

function whole(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new Error(`not a whole number: ${text}. ${USAGE}`);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
});
