import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The whole schema of the first release. Hand-written: every constraint and index has a name that errors and tests use. */
export class CreateTables1764000000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    for (const statement of [...PAYMENTS, ...EVIDENCE, ...EVENTS, ...GROUND]) await db.query(statement);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE webhook_attempts, webhook_deliveries, webhook_endpoints, events, notifications, cinetpay_answers,
      transaction_moves, order_doors, transactions, api_keys, site_states, deployment`);
  }
}

const CURRENCIES = `('XOF', 'XAF', 'CDF', 'GNF', 'USD')`;
const STATUSES = `('created', 'pending', 'rejected', 'refused', 'expired', 'accepted')`;

const PAYMENTS = [
  // One try at CinetPay under one id. The row is also the queue: next_initiation_at and next_check_at say what is due.
  `CREATE TABLE transactions (
    transaction_id text NOT NULL,
    caller text NOT NULL,
    origin text NOT NULL,
    idempotency_key text,
    order_reference text,
    site_id text NOT NULL,
    integration text NOT NULL,
    amount bigint NOT NULL,
    currency text NOT NULL,
    description text NOT NULL,
    return_url text,
    channels text NOT NULL,
    lang text NOT NULL,
    metadata text,
    invoice_data jsonb,
    alternative_currency text,
    customer jsonb,
    lock_phone_number boolean NOT NULL,
    card_available boolean NOT NULL,
    -- What only a drop-in order has: the site_id as sent, notify_url, device_id.
    drop_in jsonb,
    -- The drop-in order's notify_url as an endpoint.
    notify_endpoint_id text,
    -- What CinetPay is sent, byte for byte but for the apikey.
    wire_body text NOT NULL,
    checkout_token text NOT NULL,
    status text NOT NULL,
    status_reason text,
    needs_review boolean NOT NULL DEFAULT false,
    closed boolean NOT NULL DEFAULT false,
    payment_url text,
    payment_token text,
    payment_method text,
    operator_id text,
    fund_availability_date text,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    accepted_at timestamptz,
    -- Counts every change a caller can see: a write names the revision it was computed from.
    revision integer NOT NULL DEFAULT 1,
    -- Who works on the row: claims count up, and a write with an old number is refused.
    lease_number integer NOT NULL DEFAULT 0,
    lease_until timestamptz,
    -- Wakes count up; a claim that saw an older number leaves the row due.
    wake_number integer NOT NULL DEFAULT 0,
    woken_at timestamptz,
    -- Spaces the checks that wakes may cause: a burst of 2, then one per 2 s.
    wake_allowed_at timestamptz,
    -- send: the order still has to reach CinetPay. ask: a refusal after an unclear attempt, only a check may decide.
    -- give_up: the 24 h are over, one answered check decides. NULL: done.
    initiation text,
    -- An attempt may have reached CinetPay without an answer that we stored.
    maybe_sent boolean NOT NULL DEFAULT false,
    initiation_attempts integer NOT NULL DEFAULT 0,
    next_initiation_at timestamptz,
    -- The instant the present schedule of checks counts from.
    checks_from timestamptz,
    failed_checks integer NOT NULL DEFAULT 0,
    next_check_at timestamptz,
    CONSTRAINT transactions_pkey PRIMARY KEY (transaction_id),
    CONSTRAINT transactions_checkout_token_key UNIQUE (checkout_token),
    CONSTRAINT transactions_transaction_id_check CHECK (length(transaction_id) BETWEEN 1 AND 100),
    CONSTRAINT transactions_origin_check CHECK (origin IN ('api', 'drop_in')),
    CONSTRAINT transactions_integration_check CHECK (integration IN ('redirect', 'seamless')),
    CONSTRAINT transactions_amount_check CHECK (amount BETWEEN 1 AND 999999999),
    CONSTRAINT transactions_currency_check CHECK (currency IN ${CURRENCIES}),
    CONSTRAINT transactions_channels_check CHECK (channels IN ('ALL', 'MOBILE_MONEY', 'CREDIT_CARD', 'WALLET')),
    CONSTRAINT transactions_lang_check CHECK (lang IN ('fr', 'en')),
    CONSTRAINT transactions_status_check CHECK (status IN ${STATUSES}),
    CONSTRAINT transactions_initiation_check CHECK (initiation IN ('send', 'ask', 'give_up')),
    CONSTRAINT transactions_initiation_due_check CHECK ((initiation IS NULL) = (next_initiation_at IS NULL)),
    CONSTRAINT transactions_accepted_check CHECK ((status = 'accepted') = (accepted_at IS NOT NULL)),
    CONSTRAINT transactions_accepted_rests_check CHECK (status <> 'accepted' OR next_check_at IS NULL)
  ) WITH (fillfactor = 80)`,
  `CREATE UNIQUE INDEX transactions_caller_idempotency_key_key ON transactions (caller, idempotency_key)
    WHERE idempotency_key IS NOT NULL`,
  `CREATE INDEX transactions_caller_created_at_idx ON transactions (caller, created_at DESC, transaction_id DESC)`,
  `CREATE INDEX transactions_next_initiation_at_idx ON transactions (next_initiation_at) WHERE next_initiation_at IS NOT NULL`,
  `CREATE INDEX transactions_next_check_at_idx ON transactions (next_check_at) WHERE next_check_at IS NOT NULL`,
  `CREATE INDEX transactions_woken_idx ON transactions (next_check_at)
    WHERE next_check_at IS NOT NULL AND woken_at IS NOT NULL`,
  `CREATE INDEX transactions_needs_review_idx ON transactions (created_at) WHERE needs_review`,

  // An order's right to one open counter.
  `CREATE TABLE order_doors (
    caller text NOT NULL,
    order_reference text NOT NULL,
    open_transaction_id text,
    paid_transaction_id text,
    CONSTRAINT order_doors_pkey PRIMARY KEY (caller, order_reference)
  ) WITH (fillfactor = 80)`,
];

const EVIDENCE = [
  // Every answer of CinetPay that moved a payment or was asked for, without credentials and customer data.
  `CREATE TABLE cinetpay_answers (
    id bigint GENERATED ALWAYS AS IDENTITY,
    transaction_id text NOT NULL,
    site_id text NOT NULL,
    operation text NOT NULL,
    outcome text NOT NULL,
    asked_at timestamptz NOT NULL,
    duration_ms integer NOT NULL,
    http_status integer,
    code text,
    message text,
    description text,
    api_response_id text,
    data jsonb,
    CONSTRAINT cinetpay_answers_pkey PRIMARY KEY (id),
    CONSTRAINT cinetpay_answers_operation_check CHECK (operation IN ('payment', 'check'))
  )`,
  `CREATE INDEX cinetpay_answers_transaction_id_idx ON cinetpay_answers (transaction_id, id)`,

  `CREATE TABLE transaction_moves (
    id bigint GENERATED ALWAYS AS IDENTITY,
    transaction_id text NOT NULL,
    from_status text NOT NULL,
    to_status text NOT NULL,
    cause text NOT NULL,
    -- The answer that is the evidence, or NULL when an admin's review is.
    answer_id bigint,
    -- Who reviewed, how and why. A review without a move has from_status = to_status.
    review jsonb,
    at timestamptz NOT NULL,
    CONSTRAINT transaction_moves_pkey PRIMARY KEY (id),
    CONSTRAINT transaction_moves_status_check CHECK (from_status IN ${STATUSES} AND to_status IN ${STATUSES}),
    CONSTRAINT transaction_moves_evidence_check CHECK (answer_id IS NOT NULL OR review IS NOT NULL)
  )`,
  `CREATE INDEX transaction_moves_transaction_id_idx ON transaction_moves (transaction_id, id)`,

  `CREATE TABLE notifications (
    id bigint GENERATED ALWAYS AS IDENTITY,
    received_at timestamptz NOT NULL DEFAULT now(),
    validity text NOT NULL,
    site_id text,
    transaction_id text,
    content_type text,
    x_token text,
    body bytea NOT NULL,
    truncated boolean NOT NULL DEFAULT false,
    CONSTRAINT notifications_pkey PRIMARY KEY (id),
    CONSTRAINT notifications_validity_check
      CHECK (validity IN ('valid', 'bad_token', 'unknown_site', 'unknown_transaction', 'unreadable'))
  )`,
  `CREATE INDEX notifications_transaction_id_idx ON notifications (transaction_id, id) WHERE transaction_id IS NOT NULL`,
  `CREATE INDEX notifications_invalid_idx ON notifications (received_at) WHERE validity <> 'valid'`,
];

const EVENTS = [
  // What happened, in the same commit as the move; the publisher gives positions afterwards.
  `CREATE TABLE events (
    id text NOT NULL,
    sequence bigint GENERATED ALWAYS AS IDENTITY,
    position bigint,
    type text NOT NULL,
    caller text NOT NULL,
    transaction_id text NOT NULL,
    -- The state the payment was in when the event happened.
    status text NOT NULL,
    created_at timestamptz NOT NULL,
    -- The bytes of the event's "data", as every delivery and the feed show them.
    data text NOT NULL,
    notify_endpoint_id text,
    CONSTRAINT events_pkey PRIMARY KEY (id),
    CONSTRAINT events_once_key UNIQUE (transaction_id, type, status),
    CONSTRAINT events_type_check CHECK (type IN ('payment.pending', 'payment.accepted', 'payment.refused', 'payment.rejected',
      'payment.expired', 'payment.mismatch', 'payment.duplicate'))
  )`,
  `CREATE UNIQUE INDEX events_accepted_once_key ON events (transaction_id) WHERE type = 'payment.accepted'`,
  `CREATE UNIQUE INDEX events_position_key ON events (position) WHERE position IS NOT NULL`,
  `CREATE INDEX events_caller_position_idx ON events (caller, position) WHERE position IS NOT NULL`,
  `CREATE INDEX events_unpublished_idx ON events (sequence) WHERE position IS NULL`,

  `CREATE TABLE webhook_endpoints (
    id text NOT NULL,
    caller text NOT NULL,
    -- webhook: Standard Webhooks. drop_in: the form CinetPay would post, for one notify_url.
    kind text NOT NULL DEFAULT 'webhook',
    url text NOT NULL,
    events text[],
    description text NOT NULL DEFAULT '',
    enabled boolean NOT NULL DEFAULT true,
    disabled_reason text,
    -- The secret is derived from the pepper, the id and this number: the database holds none.
    secret_version integer NOT NULL DEFAULT 1,
    previous_secret_until timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz,
    CONSTRAINT webhook_endpoints_pkey PRIMARY KEY (id),
    CONSTRAINT webhook_endpoints_kind_check CHECK (kind IN ('webhook', 'drop_in'))
  )`,
  `CREATE INDEX webhook_endpoints_caller_idx ON webhook_endpoints (caller) WHERE deleted_at IS NULL AND kind = 'webhook'`,
  `CREATE UNIQUE INDEX webhook_endpoints_drop_in_key ON webhook_endpoints (caller, url) WHERE kind = 'drop_in'`,

  `CREATE TABLE webhook_deliveries (
    id text NOT NULL,
    event_id text NOT NULL,
    endpoint_id text NOT NULL,
    status text NOT NULL DEFAULT 'pending',
    attempts integer NOT NULL DEFAULT 0,
    next_attempt_at timestamptz,
    lease_number integer NOT NULL DEFAULT 0,
    lease_until timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    delivered_at timestamptz,
    CONSTRAINT webhook_deliveries_pkey PRIMARY KEY (id),
    CONSTRAINT webhook_deliveries_event_endpoint_key UNIQUE (event_id, endpoint_id),
    CONSTRAINT webhook_deliveries_endpoint_fkey FOREIGN KEY (endpoint_id) REFERENCES webhook_endpoints (id),
    CONSTRAINT webhook_deliveries_status_check CHECK (status IN ('pending', 'delivered', 'failed', 'cancelled')),
    CONSTRAINT webhook_deliveries_due_check CHECK ((status = 'pending') = (next_attempt_at IS NOT NULL))
  ) WITH (fillfactor = 80)`,
  `CREATE INDEX webhook_deliveries_next_attempt_at_idx ON webhook_deliveries (next_attempt_at) WHERE status = 'pending'`,
  `CREATE INDEX webhook_deliveries_endpoint_idx ON webhook_deliveries (endpoint_id, created_at DESC, id DESC)`,

  `CREATE TABLE webhook_attempts (
    delivery_id text NOT NULL,
    number integer NOT NULL,
    at timestamptz NOT NULL,
    http_status integer,
    duration_ms integer NOT NULL,
    error text,
    response text,
    CONSTRAINT webhook_attempts_pkey PRIMARY KEY (delivery_id, number)
  )`,
];

const GROUND = [
  // What this database is for, so that production never starts on a sandbox's data.
  `CREATE TABLE deployment (
    only_row boolean NOT NULL DEFAULT true,
    purpose text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT deployment_pkey PRIMARY KEY (only_row),
    CONSTRAINT deployment_only_row_check CHECK (only_row),
    CONSTRAINT deployment_purpose_check CHECK (purpose IN ('sandbox', 'production', 'test'))
  )`,

  `CREATE TABLE api_keys (
    id text NOT NULL,
    caller text NOT NULL,
    scopes text[] NOT NULL,
    prefix text NOT NULL,
    hash bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    revoked_at timestamptz,
    CONSTRAINT api_keys_pkey PRIMARY KEY (id),
    CONSTRAINT api_keys_hash_key UNIQUE (hash),
    CONSTRAINT api_keys_scopes_check CHECK (scopes <@ ARRAY['payments', 'drop_in', 'admin'] AND cardinality(scopes) > 0)
  )`,

  // The budget of calls and the pause of one site, shared by all replicas.
  `CREATE TABLE site_states (
    site_id text NOT NULL,
    next_call_at timestamptz NOT NULL DEFAULT '-infinity',
    paused_until timestamptz,
    pause_cause text,
    pause_reason text,
    -- Automatic pauses in a row without a success between: the next one is longer.
    pause_count integer NOT NULL DEFAULT 0,
    -- The one probe after a pause is under way until then.
    probe_until timestamptz,
    -- Since when the rate recovers slowly after a pause.
    recovering_since timestamptz,
    -- Different transactions that were blocked or refused for our credentials since the last success.
    refused_transactions text[] NOT NULL DEFAULT '{}',
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT site_states_pkey PRIMARY KEY (site_id),
    CONSTRAINT site_states_pause_cause_check
      CHECK (pause_cause IN ('throttled', 'unreachable', 'blocked', 'credentials', 'operator'))
  ) WITH (fillfactor = 50)`,
];
