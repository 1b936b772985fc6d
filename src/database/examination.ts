import type { Client, QueryResultRow } from 'pg';
import { storageFaultOf } from '../common/storage-fault';
import { readDatabaseUrl } from '../config/database-address';
import { connectionTo, DatabaseClient } from './client';
import { isMigrated } from './migrate';
import { isShared } from './pooler';
import type { Runner, Statement } from './sql';
import { missingGrants, TABLES } from './tables';
import { DatabaseUnfit } from './unfit';

/** The oldest Postgres that is tested. */
const OLDEST_MAJOR = 14;
const CONNECT_MS = 5_000;

/** A database that can carry the gateway. */
export interface Examined {
  /** Of Postgres, as `17.2`. */
  version: string;
  /** It has none of our tables yet. */
  isEmpty: boolean;
  /** What does not keep it from working, but a person should know. */
  warnings: string[];
}

interface Facts {
  version: string;
  major: number;
  pid: number;
  encoding: string;
  is_read_only: boolean;
  is_standby: boolean;
  fires_triggers: boolean;
  fsync: string;
  /** Null: there is no schema public. */
  may_use: boolean | null;
  may_create: boolean | null;
  connections: number;
  is_empty: boolean;
  is_elsewhere: boolean;
}

const FACTS: Statement = {
  name: 'database_facts',
  text: `SELECT split_part(current_setting('server_version'), ' ', 1) AS version,
      current_setting('server_version_num')::int / 10000 AS major, pg_backend_pid() AS pid, current_setting('server_encoding') AS encoding,
      current_setting('transaction_read_only') = 'on' AS is_read_only, pg_is_in_recovery() AS is_standby,
      current_setting('session_replication_role') <> 'replica' AS fires_triggers, current_setting('fsync') AS fsync,
      has_schema_privilege(to_regnamespace('public')::oid, 'USAGE') AS may_use,
      has_schema_privilege(to_regnamespace('public')::oid, 'CREATE') AS may_create,
      least(current_setting('max_connections')::int - CASE WHEN rolsuper THEN 0 ELSE current_setting('superuser_reserved_connections')::int END,
        nullif(rolconnlimit, -1), nullif(datconnlimit, -1)) AS connections,
      to_regclass('public.transactions') IS NULL AS is_empty,
      EXISTS (SELECT 1 FROM pg_class WHERE relname = 'order_doors' AND relkind = 'r' AND relnamespace IS DISTINCT FROM to_regnamespace('public')) AS is_elsewhere
    FROM pg_roles, pg_database WHERE rolname = current_user AND datname = current_database()`,
};

/**
 * Looks whether a database can carry the gateway, and changes nothing in it. Start, `check-config` and the command line look alike, so that they cannot
 * disagree.
 * @param also what else is to be asked on the connection
 * @throws DatabaseUnfit with every reason that was found; an error of the driver where there is no connection for a moment
 */
export async function examineDatabase(
  databaseUrl: string,
  pool: number,
  also: (sql: Runner, examined: Examined) => Promise<void> = async () => undefined,
): Promise<Examined> {
  const client = await connected(databaseUrl);
  try {
    const sql = runnerOf(client);
    const [facts] = await sql.rows<Facts & QueryResultRow>(FACTS, []);
    const faults = judge(facts!, pool);
    if (faults.length === 0) faults.push(...(await judgeTables(sql, facts!)));
    if (await isShared(client, facts!.pid, () => connected(databaseUrl))) faults.push(SHARED);
    if (faults.length > 0) throw new DatabaseUnfit(faults);
    const examined = { version: facts!.version, isEmpty: facts!.is_empty, warnings: warningsOf(facts!) };
    await also(sql, examined);
    return examined;
  } finally {
    await client.end();
  }
}

const SHARED =
  'a pooler gives each transaction another session (PgBouncer: pool_mode = transaction or statement); set pool_mode = session for it, or name Postgres itself';

function runnerOf(client: Client): Runner {
  return {
    rows: async <Row extends QueryResultRow>({ text }: Statement, values: unknown[]) =>
      (await client.query<Row>(text, values)).rows,
  };
}

async function connected(databaseUrl: string): Promise<Client> {
  const client = new DatabaseClient({ ...connectionTo(databaseUrl), connectionTimeoutMillis: CONNECT_MS });
  try {
    return await client.connect();
  } catch (error) {
    throw explained(error as Error, databaseUrl);
  }
}

/** The reasons that only somebody who knows the address can tell apart. */
function explained(error: Error, databaseUrl: string): Error {
  const { password, ssl } = readDatabaseUrl(databaseUrl);
  const { code, words } = storageFaultOf(error) ?? {};
  const said = `${words} (${code})`;
  if (code === '28P01' && password === undefined)
    return new DatabaseUnfit([
      'it asks for a password, and there is none: write postgres://user:password@host:5432/database',
    ]);
  if (code === '28P01') return new DatabaseUnfit([`${said}; in the URL, / ? # @ % are written %2F %3F %23 %40 %25`]);
  if (code === '28000' && !ssl) return new DatabaseUnfit([`${said}; where it asks for TLS, add ?sslmode=verify-full`]);
  if (words?.includes('certificate'))
    return new DatabaseUnfit([
      `${said}; add ?sslmode=verify-full&sslrootcert=/path/of/its/authority.pem, or sslmode=no-verify to encrypt without knowing to whom`,
    ]);
  if (code === '08006')
    return new DatabaseUnfit(['what answers there is no Postgres, or it lets nothing of ours in (08006)']);
  return error;
}

function judge(facts: Facts, pool: number): string[] {
  const { version, major, encoding, connections } = facts;
  const faults: string[] = [];
  if (major < OLDEST_MAJOR) faults.push(`it is Postgres ${version}; the gateway needs ${OLDEST_MAJOR} or newer`);
  if (encoding !== 'UTF8') faults.push(`its encoding is ${encoding}; make one with ENCODING 'UTF8' TEMPLATE template0`);
  if (facts.is_standby) faults.push('it is a standby and takes no writes; name the primary');
  else if (facts.is_read_only) faults.push('it is read-only (default_transaction_read_only is on for it or its user)');
  if (!facts.fires_triggers) faults.push('session_replication_role is replica: its constraints would not be kept');
  if (facts.may_use === null) faults.push('it has no schema public: CREATE SCHEMA public');
  if (facts.may_use === false) faults.push('its user may not use the schema public: GRANT USAGE ON SCHEMA public');
  if (facts.is_empty && facts.is_elsewhere)
    faults.push('its tables lie outside the schema public: move them with ALTER TABLE ... SET SCHEMA public');
  else if (facts.is_empty && facts.may_use && !facts.may_create)
    faults.push('its user may not create tables in the schema public: GRANT CREATE ON SCHEMA public');
  if (connections < pool)
    faults.push(
      `it allows its user ${connections} connections, and DATABASE_POOL is ${pool}: raise the one or lower the other`,
    );
  return faults;
}

async function judgeTables(sql: Runner, facts: Facts): Promise<string[]> {
  if (facts.is_empty) return [];
  const missing = await missingGrants(sql);
  if (missing.length > 0)
    return [
      `its user lacks rights on ${missing.join(', ')}: GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public`,
    ];
  if ((await isMigrated(sql)) || (await ownsTables(sql, facts))) return [];
  return ['it lacks a migration, and its user does not own the tables: run npm run cli -- migrate as their owner'];
}

async function ownsTables(sql: Runner, { may_create }: Facts): Promise<boolean> {
  const [row] = await sql.rows<{ owns: boolean }>(OWNS, [TABLES]);
  return row!.owns && may_create === true;
}

const OWNS: Statement = {
  name: 'database_owns',
  text: `SELECT bool_and(pg_has_role(relowner, 'USAGE')) AS owns FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname = ANY($1)`,
};

function warningsOf({ fsync }: Facts): string[] {
  return fsync === 'on' ? [] : ['fsync is off in Postgres: a crash of its machine loses payments'];
}
