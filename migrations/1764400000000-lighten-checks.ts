import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A rule about a single value, by the name of its domain. */
const DOMAINS: Record<string, { base: 'text' | 'bigint'; rule: string }> = {
  payment_status: oneOf('created', 'pending', 'rejected', 'refused', 'expired', 'accepted'),
  payment_currency: oneOf('XOF', 'XAF', 'CDF', 'GNF', 'USD'),
  payment_origin: oneOf('api', 'drop_in'),
  payment_integration: oneOf('redirect', 'seamless'),
  payment_channels: oneOf('ALL', 'MOBILE_MONEY', 'CREDIT_CARD', 'WALLET'),
  payment_lang: oneOf('fr', 'en'),
  initiation_stage: oneOf('send', 'ask', 'give_up'),
  event_type: oneOf(
    'payment.pending',
    'payment.accepted',
    'payment.refused',
    'payment.rejected',
    'payment.expired',
    'payment.mismatch',
    'payment.duplicate',
  ),
  cinetpay_operation: oneOf('payment', 'check'),
  notification_validity: oneOf('valid', 'bad_token', 'unknown_site', 'unknown_transaction', 'unreadable'),
  pause_cause: oneOf('throttled', 'unreachable', 'blocked', 'credentials', 'operator'),
  delivery_status: oneOf('pending', 'delivered', 'failed', 'cancelled'),
  payment_amount: { base: 'bigint', rule: 'VALUE BETWEEN 1 AND 999999999' },
  payment_id: { base: 'text', rule: 'length(VALUE) BETWEEN 1 AND 100' },
};

/** The domain of each column that had such a rule. */
const COLUMNS: Record<string, Record<string, string>> = {
  transactions: {
    transaction_id: 'payment_id',
    origin: 'payment_origin',
    integration: 'payment_integration',
    amount: 'payment_amount',
    currency: 'payment_currency',
    channels: 'payment_channels',
    lang: 'payment_lang',
    status: 'payment_status',
    initiation: 'initiation_stage',
  },
  transaction_moves: { from_status: 'payment_status', to_status: 'payment_status' },
  cinetpay_answers: { operation: 'cinetpay_operation' },
  notifications: { validity: 'notification_validity' },
  events: { type: 'event_type' },
  webhook_deliveries: { status: 'delivery_status' },
  site_states: { pause_cause: 'pause_cause' },
};

const EVIDENCE = ['transaction_moves', 'cinetpay_answers'];

/**
 * The same rules for a fraction of the time. Postgres reads every CHECK of a table anew from its catalog for each statement that writes to the
 * table, and a list of words takes it longer than an index entry; the rule of a domain it reads once per connection. What compares columns stays a
 * CHECK. And a payment's evidence is always read by the payment: the index for that is its primary key now, instead of a second one beside it.
 */
export class LightenChecks1764400000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    for (const [name, { base, rule }] of Object.entries(DOMAINS))
      await db.query(`CREATE DOMAIN ${name} AS ${base} CONSTRAINT ${name}_check CHECK (${rule})`);
    for (const [table, columns] of Object.entries(COLUMNS)) {
      const checks = checksOf(table).map((check) => `DROP CONSTRAINT ${check}`);
      const types = Object.entries(columns).map(([column, domain]) => `ALTER ${column} TYPE ${domain}`);
      await db.query(`ALTER TABLE ${table} ${[...checks, ...types].join(', ')}`);
    }
    for (const table of EVIDENCE) {
      await db.query(
        `ALTER TABLE ${table} DROP CONSTRAINT ${table}_pkey, ADD CONSTRAINT ${table}_pkey PRIMARY KEY (transaction_id, id)`,
      );
      await db.query(`DROP INDEX ${table}_transaction_id_idx`);
    }
  }

  async down(db: QueryRunner): Promise<void> {
    for (const table of EVIDENCE) {
      await db.query(`CREATE INDEX ${table}_transaction_id_idx ON ${table} (transaction_id, id)`);
      await db.query(
        `ALTER TABLE ${table} DROP CONSTRAINT ${table}_pkey, ADD CONSTRAINT ${table}_pkey PRIMARY KEY (id)`,
      );
    }
    for (const [table, columns] of Object.entries(COLUMNS)) {
      const types = Object.entries(columns).map(([column, domain]) => `ALTER ${column} TYPE ${DOMAINS[domain]!.base}`);
      const checks = checksOf(table).map((check) => `ADD CONSTRAINT ${check} CHECK (${ruleOf(table, check)})`);
      await db.query(`ALTER TABLE ${table} ${[...types, ...checks].join(', ')}`);
    }
    for (const name of Object.keys(DOMAINS)) await db.query(`DROP DOMAIN ${name}`);
  }
}

function oneOf(...words: string[]): { base: 'text'; rule: string } {
  return { base: 'text', rule: `VALUE IN (${words.map((word) => `'${word}'`).join(', ')})` };
}

// The two states of a move had one CHECK for both.
function checkOf(table: string, column: string): string {
  return table === 'transaction_moves' ? 'transaction_moves_status_check' : `${table}_${column}_check`;
}

function checksOf(table: string): string[] {
  return [...new Set(Object.keys(COLUMNS[table]!).map((column) => checkOf(table, column)))];
}

function ruleOf(table: string, check: string): string {
  const columns = Object.entries(COLUMNS[table]!).filter(([column]) => checkOf(table, column) === check);
  return columns.map(([column, domain]) => DOMAINS[domain]!.rule.replace('VALUE', column)).join(' AND ');
}
