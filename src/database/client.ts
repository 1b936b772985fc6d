import { Client, type ClientConfig } from 'pg';
import { asUnreachable } from '../common/storage-fault';
import { readDatabaseUrl } from '../config/database-address';

/** How long a session waits, in milliseconds; 0 is for ever. */
export interface Patience {
  statementMs: number;
  /** Standing still inside a transaction. */
  idleInTransactionMs: number;
}

/** For what waits for others on purpose, as a migration does. */
const PATIENT: Patience = { statementMs: 0, idleInTransactionMs: 0 };

/**
 * What the code takes for granted of a session, whatever ALTER DATABASE, ALTER ROLE or the server's file say: how values are read and written, where
 * names lead, what a transaction sees. Plans and memory (`jit`, `work_mem`, `enable_…`) stay the operator's, and so does
 * `default_transaction_read_only`: a database that is closed to writers stays closed (examination.ts).
 */
const SESSION = {
  client_encoding: 'UTF8',
  datestyle: 'ISO, MDY',
  intervalstyle: 'postgres',
  timezone: 'UTC',
  extra_float_digits: '1',
  bytea_output: 'hex',
  xmloption: 'content',
  standard_conforming_strings: 'on',
  backslash_quote: 'safe_encoding',
  array_nulls: 'on',
  transform_null_equals: 'off',
  search_path: 'public',
  row_security: 'on',
  exit_on_error: 'off',
  default_transaction_isolation: 'read committed',
  default_transaction_deferrable: 'off',
  lock_timeout: '0',
  idle_session_timeout: '0',
};

// Since Postgres 17. And of what a commit may wait for, only nothing at all is too little (promise 2).
const CONDITIONAL = `SELECT CASE WHEN current_setting('transaction_timeout', true) IS NOT NULL THEN set_config('transaction_timeout', '0', false) END,
  CASE WHEN current_setting('synchronous_commit') = 'off' THEN set_config('synchronous_commit', 'on', false) END`;

// By statements, not by parameters of the connection: PgBouncer refuses most of those. The time limit first: the one it replaces may be short.
function sessionOf({ statementMs, idleInTransactionMs }: Patience): string {
  const settings = {
    statement_timeout: String(statementMs),
    idle_in_transaction_session_timeout: String(idleInTransactionMs),
    ...SESSION,
  };
  // A list of names is no string.
  const value = (name: string, text: string): string => (name === 'search_path' ? text : `'${text}'`);
  const sets = Object.entries(settings).map(([name, text]) => `SET ${name} = ${value(name, text)}`);
  return [...sets, CONDITIONAL].join(';\n');
}

/** A connection to our database. Every one that the product opens is of this kind: its session is the same whoever opens it. */
export class DatabaseClient extends Client {
  private readonly session: string;

  constructor(options: ClientConfig & { patience?: Patience }) {
    super(options);
    this.session = sessionOf(options.patience ?? PATIENT);
    // An 'error' without a listener ends the process. Statements under way fail by themselves, and the pool hears it too.
    this.on('error', () => undefined);
  }

  override connect(): Promise<Client>;
  override connect(callback: (error: Error) => void): void;
  override connect(callback?: (error: Error) => void): Promise<Client> | void {
    const connected = this.connectAndPrepare();
    if (!callback) return connected;
    connected.then(() => callback(undefined as unknown as Error), callback);
  }

  private async connectAndPrepare(): Promise<Client> {
    try {
      await super.connect();
      await this.query(this.session);
    } catch (fault) {
      void this.end().catch(() => undefined);
      throw fault instanceof Error ? asUnreachable(fault) : fault;
    }
    return this;
  }
}

/** What a pool or a single connection is opened with. @throws AddressFault */
export function connectionTo(databaseUrl: string, patience?: Patience): ClientConfig & { patience?: Patience } {
  return { application_name: 'cinetpay-gateway', keepAlive: true, ...readDatabaseUrl(databaseUrl), patience };
}
