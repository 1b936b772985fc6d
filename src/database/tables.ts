import type { Runner, Statement } from './sql';

/** Every table that the migrations make, and their own list. */
export const TABLES = [
  ...['transactions', 'order_doors', 'transaction_moves', 'cinetpay_answers', 'notifications', 'events'],
  ...['webhook_endpoints', 'webhook_deliveries', 'webhook_attempts', 'api_keys', 'site_states', 'deployment'],
  ...['throttle_counts', 'throttle_replicas', 'write_probes', 'device_moves', 'migrations'],
];

// TypeORM alone writes the list of migrations, as its owner.
const MISSING: Statement = {
  name: 'database_missing_grants',
  text: `SELECT c.relname AS name FROM pg_class c
    CROSS JOIN unnest(CASE WHEN c.relname = 'migrations' THEN '{SELECT}' ELSE '{SELECT,INSERT,UPDATE,DELETE}' END::text[]) AS privilege
    WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY($1) AND NOT has_table_privilege(c.oid, privilege)
    GROUP BY c.relname ORDER BY c.relname`,
};

/** Tables on which our user lacks a right that the gateway needs. */
export async function missingGrants(sql: Runner): Promise<string[]> {
  return (await sql.rows<{ name: string }>(MISSING, [TABLES])).map(({ name }) => name);
}
