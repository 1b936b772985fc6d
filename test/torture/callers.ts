import { pause } from '../../src/common/clock';
import type { World } from './world';

/** What a caller was told with 2xx: it must be true for ever after. */
export interface Told {
  transaction_id: string;
  status: number;
}

/** One order as its caller made it. */
export interface Placed {
  number: number;
  body: Record<string, unknown>;
  key: string;
  told: Told[];
  /** Answers that no caller should ever see. */
  strange: string[];
}

/** Internal services that order and do not give up: on any fault the same request goes to the other replica. */
export class Callers {
  readonly placed: Placed[] = [];

  constructor(
    private readonly world: Pick<World, 'replicas' | 'apiKey' | 'customer' | 'watch'>,
    private readonly random: () => number,
    private readonly run: string,
  ) {}

  /** Places order `number`, with the habits of real callers. @returns the transaction it became */
  async order(number: number): Promise<string | undefined> {
    const key = `key-${this.run}-${number}`;
    const reference = `order-${this.run}-${number}`;
    const body = {
      amount: 100 + 5 * Math.floor(this.random() * 200),
      currency: 'XOF',
      description: `Order ${number}`,
      return_url: 'https://shop.example/thanks',
      order_reference: reference,
      metadata: JSON.stringify({ number }),
      customer: this.world.customer,
    };
    const placed: Placed = { number, body, key, told: [], strange: [] };
    this.placed.push(placed);
    const habit = this.random();
    if (habit < 0.1) await Promise.all([1, 2, 3, 4, 5].map(() => this.send(placed, key)));
    else await this.send(placed, key);
    if (habit >= 0.1 && habit < 0.4) await this.send(placed, key);
    if (habit >= 0.4 && habit < 0.5) await this.sendFresh(placed);
    return placed.told[0]?.transaction_id;
  }

  /** Closes an order's payment and places the order anew, as after a customer who came back in a second tab. */
  async orderAgain(number: number, transactionId: string): Promise<string | undefined> {
    const before = this.placed.find((one) => one.number === number);
    if (!before) return undefined;
    await this.insist('POST', `/v1/payments/${transactionId}/close`);
    const again: Placed = { ...before, key: `${before.key}-again`, told: [], strange: [] };
    this.placed.push(again);
    await this.send(again, again.key, [409]);
    return again.told[0]?.transaction_id;
  }

  /** Reads until it gets an answer. */
  async read(path: string): Promise<{ status: number; body: Record<string, unknown> }> {
    return this.insist('GET', path);
  }

  // Another key for the same order: refused while it is open or paid, a new payment once it is neither.
  private async sendFresh(placed: Placed): Promise<void> {
    const fresh: Placed = { ...placed, key: `${placed.key}-fresh`, told: [], strange: [] };
    this.placed.push(fresh);
    await this.send(fresh, fresh.key, [409]);
  }

  private async send(placed: Placed, key: string, alsoFine: number[] = []): Promise<void> {
    const { status, body } = await this.insist('POST', '/v1/payments', placed.body, key);
    if (status >= 200 && status < 300) placed.told.push({ transaction_id: String(body.transaction_id), status });
    else if (!alsoFine.includes(status)) placed.strange.push(`${status} ${String(body.code)}`);
  }

  private async insist(
    method: string,
    path: string,
    body?: unknown,
    key?: string,
  ): Promise<{ status: number; body: Record<string, unknown> }> {
    for (let attempt = 0; ; attempt++) {
      const { replicas } = this.world;
      const replica = replicas[Math.floor(this.random() * replicas.length)]!;
      const answer = await this.tryOnce(replica.url + path, method, body, key);
      if (answer && answer.status < 500 && answer.status !== 429) return answer;
      if (attempt > 600) throw new Error(`no answer for ${method} ${path} after ${attempt} tries`);
      await pause(100 + 200 * this.random());
    }
  }

  private async tryOnce(
    url: string,
    method: string,
    body: unknown,
    key: string | undefined,
  ): Promise<{ status: number; body: Record<string, unknown> } | undefined> {
    try {
      const headers: Record<string, string> = { authorization: `Bearer ${this.world.apiKey}` };
      if (body !== undefined) headers['content-type'] = 'application/json';
      if (key !== undefined) headers['idempotency-key'] = key;
      const response = await fetch(url, {
        ...{ method, headers, signal: AbortSignal.timeout(20_000) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      this.world.watch.search(`an answer ${response.status} to a caller`, text);
      return { status: response.status, body: JSON.parse(text) as Record<string, unknown> };
    } catch {
      return undefined;
    }
  }
}
