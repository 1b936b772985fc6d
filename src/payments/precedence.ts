/** How old the knowledge may be that nobody waits (our choice): so long a replica may overtake what begins to wait at another. */
const NOBODY_LASTS_MS = 250;

/**
 * What this process knows of orders that wait for the budget: a new one must not overtake them (contract, section 6). Its insert looks for
 * them whenever somebody waited lately, and four times a second otherwise.
 */
export class Precedence {
  /** When nobody was found waiting at a site, on `performance.now()`. */
  private readonly nobody = new Map<string, number>();

  /** Whether the next insert has to look. */
  isUnclear(siteId: string): boolean {
    return performance.now() - (this.nobody.get(siteId) ?? -Infinity) > NOBODY_LASTS_MS;
  }

  /** What an insert has seen, or that an order found no slot. */
  note(siteId: string, isWaiting: boolean): void {
    if (isWaiting) this.nobody.delete(siteId);
    else this.nobody.set(siteId, performance.now());
  }
}
