const text = (maxLength: number): object => ({ type: 'string', maxLength });

/** What B's ajv checks of an order. */
export const ORDER_SCHEMA = {
  type: 'object',
  required: ['amount', 'currency', 'description', 'return_url'],
  additionalProperties: false,
  properties: {
    amount: { type: 'integer', minimum: 1, maximum: 999_999_999, multipleOf: 5 },
    currency: { enum: ['XOF', 'XAF', 'CDF', 'GNF', 'USD'] },
    description: { type: 'string', minLength: 1, maxLength: 255 },
    return_url: { type: 'string', format: 'uri', maxLength: 2048 },
    metadata: text(1000),
    channels: { enum: ['ALL', 'MOBILE_MONEY', 'CREDIT_CARD', 'WALLET'] },
    lang: { enum: ['fr', 'en'] },
    customer: {
      type: 'object',
      additionalProperties: false,
      properties: {
        ...Object.fromEntries(
          ['id', 'first_name', 'last_name', 'phone_number', 'address', 'city', 'state'].map((name) => [
            name,
            text(255),
          ]),
        ),
        email: { type: 'string', format: 'email', maxLength: 255 },
        country: { type: 'string', minLength: 2, maxLength: 2 },
        zip_code: text(10),
      },
    },
  },
};

/** What B's serializer writes of a payment: the fields that the gateway answers with. */
export const PAYMENT_SCHEMA = {
  type: 'object',
  properties: {
    ...Object.fromEntries(
      [
        ...['transaction_id', 'status', 'currency', 'description', 'site_id', 'channels', 'lang', 'integration'],
        ...['payment_url', 'payment_token', 'checkout_url'],
      ].map((name) => [name, { type: 'string' }]),
    ),
    ...Object.fromEntries(
      [
        ...['status_reason', 'order_reference', 'metadata', 'payment_method', 'operator_id', 'fund_availability_date'],
      ].map((name) => [name, { type: 'string', nullable: true }]),
    ),
    ...Object.fromEntries(['needs_review', 'closed', 'card_available'].map((name) => [name, { type: 'boolean' }])),
    amount: { type: 'integer' },
    next_check_at: { type: 'string', format: 'date-time', nullable: true },
    created_at: { type: 'string', format: 'date-time' },
    updated_at: { type: 'string', format: 'date-time' },
    accepted_at: { type: 'string', format: 'date-time', nullable: true },
  },
};
