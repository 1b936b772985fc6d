import { openJournal, type Journal } from './journal';
import type { Call, Capture, Ledger, SentNotification } from './ledger';
import type { TransactionStore } from './store';
import type { Transaction } from './transaction';

/** Opens a data directory, puts back what it keeps, and keeps all that changes from now on. */
export async function reopen(dataDir: string, store: TransactionStore, ledger: Ledger): Promise<Journal> {
  const journal = await openJournal(dataDir, (entry) => replay(entry, store, ledger));
  ledger.reopened();
  store.useJournal(journal);
  ledger.useJournal(journal);
  return journal;
}

function replay({ kind, ...rest }: Record<string, unknown>, store: TransactionStore, ledger: Ledger): void {
  const entry: unknown = rest;
  if (kind === 'transaction') store.restore(entry as Transaction);
  if (kind === 'call') ledger.restoreCall(entry as Call);
  if (kind === 'answer') ledger.restoreAnswer(entry as Call);
  if (kind === 'capture') ledger.captures.push(entry as Capture);
  if (kind === 'notifications' || kind === 'pings') ledger.restoreSent(kind, entry as SentNotification);
}
