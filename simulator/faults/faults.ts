import { faultLine, listOf, MAX_MILLISECONDS, numberFrom, oneOf, record, wholeFrom, type Rule } from '../control/rules';
import { seededRandom } from './random';

/** What a rule may hit: an initiation, a check, a change of device, or a notification on its way out. */
export const FAULT_OPERATIONS = ['payment', 'check', 'device', 'notify'] as const;
/** One of the four. */
export type FaultOperation = (typeof FAULT_OPERATIONS)[number];

const CALL_KINDS = [
  ...['delay', 'late', 'drop_request', 'drop_response', 'lost', 'reset', 'status', 'html', 'truncated'],
] as const;

/** Which kinds make sense where; anything else is refused when the rules are put. */
export const FAULT_KINDS: Record<FaultOperation, readonly string[]> = {
  payment: [...CALL_KINDS, 'early'],
  check: [...CALL_KINDS, 'wrong_amount', 'wrong_currency'],
  device: CALL_KINDS,
  notify: [
    ...['delay', 'late', 'early', 'lost', 'drop_request', 'drop_response', 'reset', 'truncated'],
    ...['duplicate', 'forged', 'wrong_amount', 'wrong_currency'],
  ],
};

const ALL_KINDS = Object.values(FAULT_KINDS).flat();
/** Our choice: each call looks at every rule. */
const MAX_RULES = 1_000;

/** What happens to one request or notification. */
export interface Fault {
  kind: string;
  /** Milliseconds to wait; each kind has its own default. */
  delay_ms?: number;
  /** HTTP status of the kinds status (500) and html (403). */
  status?: number;
  /** Retry-After of an answer of kind status, in seconds. */
  retry_after?: number;
}

/** When a fault happens. */
export interface FaultRule extends Fault {
  operation: FaultOperation;
  /** 0 to 1; 1 when absent. */
  probability?: number;
  /** How often at most; without end when absent. */
  times?: number;
}

/** What PUT /_sim/faults takes. */
export interface FaultPlan {
  seed?: number;
  rules: FaultRule[];
}

/** Rules nobody can follow. */
export class InvalidFaults extends Error {}

/** The rules in force. The first rule that fits and whose dice fall hits; same seed and same order of requests, same faults. */
export class Faults {
  private plan: FaultPlan = { seed: 1, rules: [] };
  private left: number[] = [];
  private random = seededRandom(1);
  private hits: Record<string, number> = {};

  put(plan: unknown): FaultPlan {
    this.plan = readPlan(plan);
    this.left = this.plan.rules.map((rule) => rule.times ?? Infinity);
    this.random = seededRandom(this.plan.seed ?? 1);
    return this.plan;
  }

  /** The rules in force, and how often each kind has hit since the start, rules of before included. */
  current(): FaultPlan & { hits: Record<string, number> } {
    return { ...this.plan, hits: this.hits };
  }

  /** The fault that hits now, if any; `kinds` narrows the rules that are looked at. */
  pick(operation: FaultOperation, kinds: (kind: string) => boolean = () => true): Fault | undefined {
    for (const [index, rule] of this.plan.rules.entries()) {
      const left = this.left[index] ?? 0;
      if (rule.operation !== operation || left <= 0 || !kinds(rule.kind)) continue;
      if (this.random() >= (rule.probability ?? 1)) continue;
      this.left[index] = left - 1;
      this.hits[rule.kind] = (this.hits[rule.kind] ?? 0) + 1;
      return rule;
    }
    return undefined;
  }
}

/** A rule may say when it hits by these fields, whatever its kind. */
const RULE = {
  probability: numberFrom(0, 1),
  times: wholeFrom(0, Number.MAX_SAFE_INTEGER),
  delay_ms: numberFrom(0, MAX_MILLISECONDS),
  status: wholeFrom(200, 599),
  retry_after: numberFrom(0, Number.MAX_SAFE_INTEGER),
} satisfies Record<Exclude<keyof FaultRule, 'operation' | 'kind'>, unknown>;

const ofKnownOperation: Rule = (value, name) => {
  const { operation } = (value ?? {}) as Partial<FaultRule>;
  const kinds = FAULT_OPERATIONS.includes(operation!) ? FAULT_KINDS[operation!] : [...new Set(ALL_KINDS)];
  const fields = { ...RULE, operation: oneOf(...FAULT_OPERATIONS), kind: oneOf(...kinds) };
  return record(fields, { required: ['operation', 'kind'] })(value, name);
};

const PLAN = record(
  { seed: numberFrom(-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER), rules: listOf(ofKnownOperation, MAX_RULES) },
  { required: ['rules'] },
);

function readPlan(plan: unknown): FaultPlan {
  const faults = faultLine(PLAN(plan, ''));
  if (faults !== undefined) throw new InvalidFaults(`faults: ${faults}`);
  const { seed = 1, rules } = plan as FaultPlan;
  return { seed, rules };
}
