/** A statement that Postgres plans once per connection. */
export interface Named {
  name: string;
  text: string;
}

/** P1, first commit. */
export const INSERT: Named = {
  name: 'insert',
  text: `INSERT INTO transactions (transaction_id, amount, currency, description, return_url, channels, lang, metadata, customer, wire_body, site_id,
      card_available, checkout_token, status)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'created')`,
};

/** P1, second commit: the move, its history and its event. */
export const MOVE: Named = {
  name: 'move',
  text: `WITH moved AS (
    UPDATE transactions SET status = 'pending', payment_url = $2, payment_token = $3, next_check_at = now() + interval '1 day', updated_at = now()
    WHERE transaction_id = $1 AND status = 'created' RETURNING transaction_id
  ), history AS (
    INSERT INTO moves (transaction_id, from_status, to_status) SELECT transaction_id, 'created', 'pending' FROM moved
  )
  INSERT INTO events (id, type, transaction_id, data) SELECT $4, 'payment.pending', transaction_id, $5 FROM moved`,
};

/** P2: the notification is kept and its transaction is due. */
export const NOTIFY: Named = {
  name: 'notify',
  text: `WITH woken AS (
    UPDATE transactions SET wake_number = wake_number + 1, next_check_at = now() WHERE transaction_id = $1
  )
  INSERT INTO notifications (transaction_id, x_token, body) VALUES ($1, $2, $3)`,
};

/** P3. One JSON: node-postgres would work through the name and the type of 25 columns, each time. */
export const FIND: Named = {
  name: 'find',
  text: `SELECT row_to_json(payment) AS payment FROM (SELECT transaction_id, status, status_reason, needs_review, closed, amount, currency, description,
      order_reference, site_id, channels, lang, card_available, metadata, integration, payment_url, payment_token, checkout_token, payment_method, operator_id, fund_availability_date,
      next_check_at, created_at, updated_at, accepted_at
    FROM transactions WHERE transaction_id = $1) AS payment`,
};
