import type { Journal } from './journal';
import type { Transaction } from './transaction';

/** The transactions, found by site and id, by token, or by the browser that waits for them. */
export class TransactionStore {
  private readonly byKey = new Map<string, Transaction>();
  private readonly byToken = new Map<string, Transaction>();
  /** Tokens, because a restart reads a transaction as often as it changed. */
  private readonly byId = new Map<string, string>();
  private readonly byDevice = new Map<string, Transaction>();

  constructor(private journal: Journal) {}

  /** Adds a transaction or keeps its change. */
  save(transaction: Transaction): void {
    this.index(transaction);
    this.journal.write({ kind: 'transaction', ...transaction });
  }

  /** Takes a kept transaction back from the journal; the last line of a token wins. */
  restore(transaction: Transaction): void {
    this.index(transaction);
  }

  ofSite(siteId: string, transactionId: string): Transaction | undefined {
    return this.byKey.get(`${siteId}/${transactionId}`);
  }

  ofToken(token: string): Transaction | undefined {
    return this.byToken.get(token);
  }

  /** The newest transaction of that id, whatever its site. */
  ofId(transactionId: string): Transaction | undefined {
    return this.byToken.get(this.byId.get(transactionId) ?? '');
  }

  ofDevice(deviceId: string): Transaction | undefined {
    return this.byDevice.get(deviceId);
  }

  all(): Iterable<Transaction> {
    return this.byToken.values();
  }

  clear(): void {
    for (const map of [this.byKey, this.byToken, this.byId, this.byDevice]) map.clear();
  }

  useJournal(journal: Journal): void {
    this.journal = journal;
  }

  private index(transaction: Transaction): void {
    this.byKey.set(`${transaction.site_id}/${transaction.transaction_id}`, transaction);
    if (!this.byToken.has(transaction.token)) this.byId.set(transaction.transaction_id, transaction.token);
    this.byToken.set(transaction.token, transaction);
    if (transaction.device_id !== null) this.byDevice.set(transaction.device_id, transaction);
  }
}
