import type { Block } from './key.count';

interface Loan {
  lent: number;
  /** On `performance.now()`. */
  ends: number;
}

/** What a process lets through by itself while the database cannot be asked: its share of the limit in a window, and no more. */
export class Loans {
  private readonly loans = new Map<string, Loan>();

  /** `unused`: what is left of the loan before. The next question to the database is `askAgainMs` away. */
  lend(
    key: string,
    wish: { size: number; share: number; windowMs: number; askAgainMs: number; unused: number },
  ): Block {
    const now = performance.now();
    let loan = this.loans.get(key);
    if (!loan || loan.ends <= now) this.loans.set(key, (loan = { lent: 0, ends: now + wish.windowMs }));
    const before = Math.max(0, loan.lent - wish.unused);
    loan.lent = Math.min(before + wish.size, wish.share);
    const endsInMs = Math.min(wish.askAgainMs, loan.ends - now);
    return { granted: loan.lent - before, remaining: wish.share - loan.lent, endsInMs };
  }

  /** The database counts again. */
  forget(): void {
    this.loans.clear();
  }
}
