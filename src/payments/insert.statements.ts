import { manyGiven, oneGiven, type GivenColumns } from '../database/given';
import type { Statement } from '../database/sql';
import { LEASE, WAITS } from './claim.statements';

/** What an order decides of its row. */
const FIXED = {
  transaction_id: 'text',
  caller: 'text',
  origin: 'text',
  idempotency_key: 'text',
  order_reference: 'text',
  site_id: 'text',
  integration: 'text',
  amount: 'bigint',
  currency: 'text',
  description: 'text',
  return_url: 'text',
  channels: 'text',
  lang: 'text',
  metadata: 'text',
  invoice_data: 'jsonb',
  alternative_currency: 'text',
  customer: 'jsonb',
  lock_phone_number: 'boolean',
  card_available: 'boolean',
  drop_in: 'jsonb',
  notify_endpoint_id: 'text',
  wire_body: 'text',
  checkout_token: 'text',
} as const;

/** A column that is written when an order is saved, and never again. */
export type FixedColumn = keyof typeof FIXED;

/** What an insert is given: `first_check` in seconds from now for a seamless order; NULL for the others, which are initiated. */
export const INSERTED: GivenColumns<FixedColumn | 'first_check'> = { ...FIXED, first_check: 'double precision' };

const DOOR = `door AS (
    INSERT INTO order_doors AS d (caller, order_reference, open_transaction_id) SELECT caller, order_reference, transaction_id FROM given
    ON CONFLICT (caller, order_reference) DO UPDATE SET open_transaction_id = EXCLUDED.open_transaction_id
      WHERE d.open_transaction_id IS NULL AND d.paid_transaction_id IS NULL
    RETURNING 1)`;

function insertion(name: string, given: string, { hasDoor = false } = {}): Statement {
  return {
    name,
    text: `WITH given AS (${given})${hasDoor ? `, ${DOOR}` : ''}
  INSERT INTO transactions (${Object.keys(FIXED).join(', ')}, status, initiation, next_initiation_at, maybe_sent, lease_number, lease_until,
    checks_from, next_check_at, created_at, updated_at)
  SELECT ${Object.keys(FIXED).join(', ')}, 'created',
    CASE WHEN first_check IS NULL THEN 'send' END,
    CASE WHEN first_check IS NULL THEN now() END,
    first_check IS NULL,
    CASE WHEN first_check IS NULL THEN 1 ELSE 0 END,
    CASE WHEN first_check IS NULL THEN clock_timestamp() + ${LEASE} END,
    CASE WHEN first_check IS NOT NULL THEN now() END,
    now() + first_check * interval '1 second', now(), now()
  FROM given ${hasDoor ? 'WHERE EXISTS (SELECT 1 FROM door)' : 'ON CONFLICT DO NOTHING'}
  RETURNING transaction_id, created_at, next_initiation_at, lease_until, checks_from, next_check_at, clock_timestamp() AS clock`,
  };
}

/** Also says whether older orders of its site wait for the budget. A statement of its own: one for both would be planned anew each time. */
function looking({ name, text }: Statement): Statement {
  const look = `EXISTS (SELECT 1 FROM transactions older WHERE older.site_id = transactions.site_id AND ${WAITS}) AS older_wait`;
  return { name: `${name}_and_look`, text: `${text}, ${look}` };
}

/** An insert, and the same with a look. */
interface Insertion {
  plain: Statement;
  looking: Statement;
}

function both(statement: Statement): Insertion {
  return { plain: statement, looking: looking(statement) };
}

/**
 * Saves an order and, where we initiate it, takes the first lease: one statement, one commit. No row comes back when its id or key is taken.
 */
export const INSERT = both(insertion('transaction_insert', oneGiven(INSERTED)));

/** The same for many orders. */
export const INSERT_MANY = both(insertion('transaction_insert_many', manyGiven(INSERTED)));

/**
 * The same for an order with a reference, whose door it takes; no row comes back when that is taken. A taken id or key is an error here: it
 * has to undo the door's row as well.
 */
export const INSERT_WITH_DOOR = both(insertion('transaction_insert_with_door', oneGiven(INSERTED), { hasDoor: true }));
