import type { Client } from 'pg';
import type { Placed } from './callers';
import type { CanaryWatch } from './canaries';
import type { FeedReader } from './feed-reader';
import type { Received } from './receiver';

/** A call as the simulator's ledger tells it. */
export interface Call {
  at: string;
  site_id: string | null;
  operation: 'payment' | 'check';
  answered: number | 'none' | null;
  code: string | null;
  transaction_id: string | null;
  answered_at: string | null;
  fault: string | null;
}

export interface Ledger {
  captures: { at: string; transaction_id: string; amount: number; currency: string }[];
  notifications: { at: string; transaction_id: string; answered: number | 'none' | null; genuine: boolean }[];
  calls: Call[];
}

/** Everything the judges look at, once all has come to rest. */
export interface Evidence {
  db: Client;
  ledger: Ledger;
  /** The bodies of every initiation the simulator received, by transaction. */
  bodies: (transactionId: string) => Promise<string[]>;
  placed: Placed[];
  received: Received[];
  feed: FeedReader;
  ratePerSecond: number;
  /** Who was killed could tell nobody what it had just heard. Milliseconds since 1970. */
  killedAt: number[];
  /** Gateways that ended though nobody had killed or stopped them. */
  deaths: string[];
  /** Has searched all that callers were answered. */
  watch: CanaryWatch;
  logs: string;
  /** What each replica's `/metrics` says. */
  metrics: string[];
  /** A request with the key of a caller who never ordered anything. */
  asStranger: (method: string, path: string, body?: unknown) => Promise<{ status: number; text: string }>;
}

/** @returns what it found broken, a line each */
export type Judge = (evidence: Evidence) => Promise<string[]>;

export async function rows<Row>(db: Client, sql: string, values: unknown[] = []): Promise<Row[]> {
  return (await db.query(sql, values)).rows as Row[];
}
