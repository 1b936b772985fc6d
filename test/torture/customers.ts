import { pause } from '../../src/common/clock';
import type { Callers } from './callers';

/** People at the counter: most pay, some refuse, walk away, come back late, or pay twice in two tabs. */
export class Customers {
  readonly paid = new Set<string>();

  constructor(
    private readonly callers: Callers,
    private readonly simulatorUrl: string,
    private readonly random: () => number,
  ) {}

  /** Lives one order's life at the counter, until the customer has done all they will do. */
  async visit(number: number, transactionId: string): Promise<void> {
    if (!(await this.counterOf(transactionId))) return;
    await pause(this.random() * 1_500);
    const mood = this.random();
    if (mood < 0.7) await this.pay(transactionId);
    else if (mood < 0.8) await this.refuse(transactionId);
    else if (mood < 0.85) await this.comeBackLate(transactionId);
    else if (mood < 0.9) await this.twoTabs(number, transactionId);
    // The rest walk away.
  }

  private async refuse(transactionId: string): Promise<void> {
    await this.act(transactionId, this.random() < 0.5 ? 'refuse' : 'cancel');
    // A second try on the same counter, after the refusal was known everywhere.
    if (this.random() < 0.5) {
      await pause(1_000 + this.random() * 3_000);
      await this.pay(transactionId);
    }
  }

  private async comeBackLate(transactionId: string): Promise<void> {
    await this.act(transactionId, 'wait');
    await pause(3_000 + this.random() * 4_000);
    await this.pay(transactionId);
  }

  private async twoTabs(number: number, transactionId: string): Promise<void> {
    const second = await this.callers.orderAgain(number, transactionId);
    if (second === undefined || !(await this.counterOf(second))) return;
    await Promise.all([this.pay(transactionId), this.pay(second)]);
  }

  private async pay(transactionId: string): Promise<void> {
    await this.act(transactionId, 'pay');
    this.paid.add(transactionId);
  }

  private async act(transactionId: string, act: string): Promise<void> {
    await fetch(`${this.simulatorUrl}/_sim/transactions/${transactionId}/${act}`, { method: 'POST' });
  }

  /** Waits for the counter as a browser on the waiting room would. False: the order will never have one. */
  private async counterOf(transactionId: string): Promise<boolean> {
    for (let look = 0; look < 600; look++) {
      const { body } = await this.callers.read(`/v1/payments/${transactionId}`);
      if (typeof body.payment_url === 'string') return true;
      if (body.status !== 'created') return false;
      await pause(300);
    }
    return false;
  }
}
