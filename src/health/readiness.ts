import { Injectable } from '@nestjs/common';
import { isMigrated } from '../database/migrate';
import { Sql } from '../database/sql';

/** Probes come often and from several sides: one question to the database serves them all for a moment. */
const FRESH_MS = 500;
const PATIENCE_MS = 2_000;

/** Whether requests should come here. */
@Injectable()
export class Readiness {
  private stopping = false;
  private last: { fault: Promise<string | undefined>; until: number } | undefined;

  constructor(private readonly sql: Sql) {}

  /** From now on we are not ready: load balancers send nothing new while we finish. */
  beginStop(): void {
    this.stopping = true;
  }

  /** Why requests should not come here, or undefined when they should. */
  async fault(): Promise<string | undefined> {
    if (this.stopping) return 'This process is stopping.';
    const now = performance.now();
    if (!this.last || this.last.until < now) this.last = { fault: this.ask(), until: now + FRESH_MS };
    return this.last.fault;
  }

  private async ask(): Promise<string | undefined> {
    const answer = isMigrated(this.sql).then(
      (migrated) => (migrated ? undefined : 'The database lacks a migration.'),
      () => 'The database does not answer.',
    );
    return Promise.race([answer, late()]);
  }
}

function late(): Promise<string> {
  return new Promise((resolve) => setTimeout(resolve, PATIENCE_MS, 'The database does not answer.').unref());
}
