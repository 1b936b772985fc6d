/** Orders that succeed as they stand, for Swagger UI; a test sends each. */
export const ORDER_EXAMPLES = {
  smallest: {
    summary: 'The least an order needs',
    value: { amount: 2500, currency: 'XOF', description: 'Order 1234', return_url: 'https://shop.example/thanks' },
  },
  with_cards: {
    summary: 'With the whole customer: the counter offers cards too',
    value: {
      amount: 2500,
      currency: 'XOF',
      description: 'Order 1234',
      return_url: 'https://shop.example/thanks',
      lang: 'en',
      metadata: 'basket 77',
      invoice_data: { 'Reste à payer': '25 000fr' },
      customer: {
        id: '172',
        first_name: 'Awa',
        last_name: 'Koffi',
        phone_number: '+225 07 01 02 03 04',
        email: 'awa@shop.example',
        address: '12 rue des Jardins',
        city: 'Abidjan',
        country: 'CI',
        state: 'CI',
        zip_code: '00225',
      },
    },
  },
  seamless: {
    summary: 'Paid inside a page, without a redirect',
    value: { amount: 2500, currency: 'XOF', description: 'Order 1234', integration: 'seamless' },
  },
};
