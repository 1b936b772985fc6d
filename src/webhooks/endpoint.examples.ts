/** Requests that succeed as they stand, for Swagger UI; a test sends each. */
export const CREATE_EXAMPLES = {
  smallest: { summary: 'Every event', value: { url: 'https://shop.example/webhooks' } },
  some_events: {
    summary: 'Only how it ended',
    value: {
      url: 'https://shop.example/webhooks',
      events: ['payment.accepted', 'payment.refused', 'payment.rejected', 'payment.expired'],
      description: 'Order service',
    },
  },
};

export const CHANGE_EXAMPLES = {
  enable: { summary: 'Take it back into use after a 410', value: { enabled: true } },
  widen: { summary: 'Every event again', value: { events: null, description: 'Order service' } },
};

export const REPLAY_EXAMPLES = {
  all: { summary: 'Everything since', value: { since: '2026-01-01T00:00:00Z' } },
  window: { summary: 'One morning', value: { since: '2026-01-31T08:00:00Z', until: '2026-01-31T12:00:00Z' } },
};
