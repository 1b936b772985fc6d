import { expect } from 'vitest';
import { eventually, order, request, type Answer, type TestGateway } from '../support/gateway';

/** What an answer of `/v1/payments` holds, as far as these tests read it. */
export interface Placed {
  transaction_id: string;
  checkout_url: string;
  payment_url: string | null;
  status: string;
  needs_review: boolean;
}

/** Columns of an accepted payment, for a gateway whose workers are off. */
export const PAID = { status: 'accepted', accepted_at: new Date(), next_check_at: null, woken_at: null };

/** Places orders and does what their customers do. */
export class Customers {
  constructor(readonly gateway: TestGateway) {}

  /** Saved, and with its link unless CinetPay was told to fail. */
  async place(overrides: Record<string, unknown> = {}): Promise<Placed> {
    const { status, body } = await this.gateway.call('POST', '/v1/payments', order(overrides));
    expect([201, 202]).toContain(status);
    return body;
  }

  async placeWithoutLink(overrides: Record<string, unknown> = {}): Promise<Placed> {
    await this.faults([{ operation: 'payment', kind: 'status', status: 503 }]);
    const placed = await this.place(overrides);
    expect(placed).toMatchObject({ status: 'created', payment_url: null });
    return placed;
  }

  async read({ transaction_id }: Pick<Placed, 'transaction_id'>): Promise<Placed> {
    return (await this.gateway.call('GET', `/v1/payments/${transaction_id}`)).body;
  }

  /** What he does at CinetPay's counter. */
  async does(what: 'pay' | 'refuse' | 'cancel' | 'wait', { transaction_id }: Placed): Promise<void> {
    const { status } = await request(
      'POST',
      `${this.gateway.simulator.url}/_sim/transactions/${transaction_id}/${what}`,
      {},
    );
    expect(status).toBeLessThan(300);
  }

  async becomes(placed: Placed, fields: Partial<Placed>): Promise<void> {
    await eventually(async () => expect(await this.read(placed)).toMatchObject(fields));
  }

  /** Does it and waits until the gateway knows. */
  async ends(what: 'pay' | 'refuse' | 'cancel', placed: Placed): Promise<void> {
    await this.does(what, placed);
    await this.becomes(placed, { status: what === 'pay' ? 'accepted' : 'refused' });
  }

  /** As a browser asks for a page. */
  visit(placed: Pick<Placed, 'checkout_url'>, page = '', headers: Record<string, string> = {}): Promise<Answer> {
    return request('GET', placed.checkout_url + page, undefined, { accept: 'text/html,*/*;q=0.8', ...headers });
  }

  async faults(rules: Record<string, unknown>[]): Promise<void> {
    const { status } = await request('PUT', `${this.gateway.simulator.url}/_sim/faults`, { seed: 1, rules });
    expect(status).toBe(200);
  }

  /** For what no API lets happen: columns of a row, set behind the service's back. */
  async change({ transaction_id }: Placed, columns: Record<string, unknown>): Promise<void> {
    const names = Object.keys(columns).map((name, index) => `${name} = $${index + 2}`);
    const sql = `UPDATE transactions SET ${names.join(', ')} WHERE transaction_id = $1`;
    await this.gateway.db.query(sql, [transaction_id, ...Object.values(columns)]);
  }

  /** The whole row, to see what a request changed. */
  async row({ transaction_id }: Placed): Promise<Record<string, any>> {
    const sql = 'SELECT * FROM transactions WHERE transaction_id = $1';
    return (await this.gateway.db.query(sql, [transaction_id])).rows[0];
  }
}
