/** B's tables: what P1 to P3 need, with the indexes that the same queue and the same reads need, and no more. */
export const SCHEMA = `
  CREATE TABLE IF NOT EXISTS transactions (
    transaction_id text PRIMARY KEY,
    amount bigint NOT NULL,
    currency text NOT NULL,
    description text NOT NULL,
    return_url text NOT NULL,
    channels text NOT NULL,
    lang text NOT NULL,
    metadata text,
    customer jsonb,
    wire_body text NOT NULL,
    site_id text NOT NULL,
    integration text NOT NULL DEFAULT 'redirect',
    card_available boolean NOT NULL,
    checkout_token text NOT NULL,
    order_reference text,
    status text NOT NULL,
    status_reason text,
    needs_review boolean NOT NULL DEFAULT false,
    closed boolean NOT NULL DEFAULT false,
    payment_url text,
    payment_token text,
    payment_method text,
    operator_id text,
    fund_availability_date text,
    accepted_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    wake_number integer NOT NULL DEFAULT 0,
    next_check_at timestamptz
  ) WITH (fillfactor = 80);
  CREATE INDEX IF NOT EXISTS transactions_due_idx ON transactions (next_check_at) WHERE next_check_at IS NOT NULL;
  CREATE TABLE IF NOT EXISTS moves (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    transaction_id text NOT NULL,
    from_status text NOT NULL,
    to_status text NOT NULL,
    at timestamptz NOT NULL DEFAULT now()
  );
  CREATE TABLE IF NOT EXISTS events (
    id text PRIMARY KEY,
    type text NOT NULL,
    transaction_id text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    data text NOT NULL
  );
  CREATE TABLE IF NOT EXISTS notifications (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    received_at timestamptz NOT NULL DEFAULT now(),
    transaction_id text NOT NULL,
    x_token text NOT NULL,
    body bytea NOT NULL
  );`;
