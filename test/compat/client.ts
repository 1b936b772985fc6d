import { request, type Answer, type TestGateway } from '../support/gateway';

/** A client of CinetPay that was only given another address and another key. */
export interface Client {
  /** `POST /v2/payment` as JSON. */
  pay(order?: Record<string, unknown>): Promise<Answer>;
  /** `POST /v2/payment/check` as JSON. */
  check(fields: Record<string, unknown>): Promise<Answer>;
  /** `POST /v2/payment` with a body of the test's own. */
  send(body: string, contentType: string, path?: string): Promise<Answer>;
}

export function clientOf({ url, apiKey }: Pick<TestGateway, 'url' | 'apiKey'>): Client {
  const post = (path: string, fields: Record<string, unknown>): Promise<Answer> =>
    request('POST', `${url}/v2/payment${path}`, { apikey: apiKey, site_id: '100001', ...fields });
  return {
    pay: (fields) => post('', wireOrder(fields)),
    check: (fields) => post('/check', fields),
    send: (body, contentType, path = '') =>
      request('POST', `${url}/v2/payment${path}`, body, { 'content-type': contentType }),
  };
}

let made = 0;

/** An id that no other order of the file has. */
export function newTransactionId(): string {
  return `SHOP_${Date.now()}_${++made}`;
}

/** The smallest order of CinetPay's official page. */
export function wireOrder(overrides: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    transaction_id: newTransactionId(),
    amount: 2500,
    currency: 'XOF',
    description: 'TRANSACTION DESCRIPTION',
    return_url: 'https://shop.example/return',
    notify_url: 'https://shop.example/notify',
    channels: 'MOBILE_MONEY',
    ...overrides,
  };
}

/** The fields of a form as PHP's http_build_query writes them: null is left out, true is 1, an object has brackets. */
export function formOf(fields: Record<string, unknown>): string {
  const flag = (value: unknown): unknown => (typeof value === 'boolean' ? Number(value) : value);
  const pairs = Object.entries(fields).flatMap(([name, value]): [string, string][] => {
    if (value === null || value === undefined) return [];
    if (typeof value !== 'object') return [[name, `${flag(value) as string}`]];
    return Object.entries(value).map(([inner, text]): [string, string] => [`${name}[${inner}]`, `${text as string}`]);
  });
  return new URLSearchParams(pairs).toString();
}

/** The same as multipart/form-data, which PHP's curl makes of an array. */
export function multipartOf(fields: Record<string, unknown>, boundary = 'x7MA4YWxkTrZu0gW'): string {
  const parts = [...new URLSearchParams(formOf(fields))].map(
    ([name, text]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${text}\r\n`,
  );
  return `${parts.join('')}--${boundary}--\r\n`;
}
