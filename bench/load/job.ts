/** One server that is put under load, and what the generator knows of it. */
export interface Target {
  name: string;
  port: number;
  apiKey: string;
}

/** P1: an order. P2: a notification about one of the target's payments. P3: one of them read. */
export type Path = 'P1' | 'P2' | 'P3';

/** Some load. It ends after `milliseconds` or after `requests`, whichever is given. */
export interface Job {
  target: Target;
  path: Path;
  connections: number;
  milliseconds?: number;
  requests?: number;
  /** P3 reads so many payments that `growth` has made, in no order of theirs, instead of those that the generator knows. */
  of?: number;
  /** Requests leave at this rate, whether or not earlier ones are answered; without it each connection sends as soon as it may. */
  perSecond?: number;
  /** Counts answers of any status; without it, one that is not the path's ends the run. */
  tolerant?: boolean;
}

/** What came of it. */
export interface Outcome {
  requests: number;
  seconds: number;
  /** From when a request should have left until its answer was whole. */
  p50Ms: number;
  p99Ms: number;
  /** How many were answered with each status. */
  statuses: Record<string, number>;
}
