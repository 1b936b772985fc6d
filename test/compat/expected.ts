import { expect } from 'vitest';
import type { Answer } from '../support/gateway';

/** A fault as CinetPay's envelope tells it. HTTP 400 unless it says otherwise. */
export interface Fault {
  status?: number;
  code: string;
  message: string;
  description: unknown;
}

/** The answer is this fault, and nothing else, and a browser of any origin may read it. */
export function expectFault({ status, body, headers }: Answer, fault: Fault): void {
  const { status: wanted = 400, ...words } = fault;
  expect([status, body]).toEqual([wanted, { ...words, api_response_id: expect.stringMatching(/^\d{10}\.\d{4}$/) }]);
  expect(headers.get('content-type')).toMatch(/^application\/json/);
  expect(headers.get('access-control-allow-origin')).toBe('*');
  expect(headers.get('request-id')).toBeTruthy();
}

/** CinetPay's fault of a field. */
export const invalid = (description: unknown): Fault => ({
  code: '608',
  message: 'MINIMUM_REQUIRED_FIELDS',
  description,
});
