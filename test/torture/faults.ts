/** The simulator's rules of a run (reliability page): what the network and CinetPay do to us. */
export function faultPlan(seed: number, burst429: boolean): unknown {
  const calls = (operation: string): unknown[] => [
    { operation, kind: 'status', status: 429, retry_after: 2, probability: burst429 ? 0.5 : 0 },
    { operation, kind: 'drop_response', probability: 0.1 },
    { operation, kind: 'reset', probability: 0.05 },
    { operation, kind: 'status', status: 503, probability: 0.05 },
    { operation, kind: 'html', status: 403, probability: 0.02 },
  ];
  return {
    seed,
    rules: [
      ...calls('payment'),
      { operation: 'payment', kind: 'early', probability: 0.05 },
      ...calls('check'),
      { operation: 'notify', kind: 'lost', probability: 0.1 },
      { operation: 'notify', kind: 'duplicate', probability: 0.3 },
      { operation: 'notify', kind: 'late', delay_ms: 1_500, probability: 0.2 },
      { operation: 'notify', kind: 'forged', probability: 0.05 },
    ],
  };
}
