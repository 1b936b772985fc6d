// The key stands in the body, so that an example cannot hold one that works: Swagger UI shows these and offers no try.
const CREDENTIALS = { apikey: 'cpk_… (your key, where CinetPay has its own)', site_id: '445566' };

/** An order of CinetPay's clients, for Swagger UI; with a key in `apikey` it succeeds. A test sends it. */
export const DROP_IN_ORDERS = {
  smallest: {
    summary: 'The least an order needs; put your key into apikey',
    value: {
      ...CREDENTIALS,
      ...{ transaction_id: 'ORDER_1001', amount: 2500, currency: 'XOF', description: 'Order 1001', channels: 'ALL' },
      ...{ return_url: 'https://shop.example/return' },
    },
  },
};

/** A question about it. */
export const DROP_IN_QUESTIONS = {
  by_id: {
    summary: 'By the id of the order; put your key into apikey',
    value: { ...CREDENTIALS, transaction_id: 'ORDER_1001' },
  },
};
