import { Injectable } from '@nestjs/common';
import { logInfo } from '../common/logger';
import { storageFaultOf } from '../common/storage-fault';
import { isMigrated } from '../database/migrate';
import { Sql } from '../database/sql';
import { DatabaseUnfit } from '../database/unfit';
import { proveWrites } from '../database/write-probe';

/** Probes come often and from several sides: one question to the database serves them all for a moment. */
const FRESH_MS = 500;
const PATIENCE_MS = 2_000;

const READ_ONLY = {
  name: 'database_read_only',
  text: `SELECT current_setting('transaction_read_only') = 'on' AS is_read_only`,
};

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
    const answer = this.look().catch((fault: unknown) => {
      if (fault instanceof DatabaseUnfit) return `The database cannot be used: ${fault.message}.`;
      return `The database cannot be used: ${storageFaultOf(fault)?.words ?? 'it does not answer'}.`;
    });
    return Promise.race([answer, late()]);
  }

  private async look(): Promise<string | undefined> {
    if (!(await isMigrated(this.sql))) return 'The database lacks a migration.';
    const [row] = await this.sql.rows<{ is_read_only: boolean }>(READ_ONLY, []);
    if (row!.is_read_only) return 'The database is read-only.';
    if (!this.sql.cannotSave) return undefined;
    await proveWrites(this.sql);
    this.sql.cannotSave = false;
    logInfo('the database takes writes again');
    return undefined;
  }
}

function late(): Promise<string> {
  return new Promise((resolve) => setTimeout(resolve, PATIENCE_MS, 'The database does not answer.').unref());
}
