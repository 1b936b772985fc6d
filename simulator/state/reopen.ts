import { openJournal, type Journal } from './journal';
import type { Call, Capture, Ledger, SentNotification } from './ledger';
import type { Settings } from './settings';
import { InvalidSettings, mergeSettings } from './settings-rules';
import type { TransactionStore } from './store';
import type { Transaction } from './transaction';

/** What a restart finds again. */
interface Kept {
  settings: Settings;
  readonly store: TransactionStore;
  readonly ledger: Ledger;
}

/** Opens a data directory, puts back what it keeps, and keeps all that changes from now on. */
export async function reopen(dataDir: string, kept: Kept): Promise<Journal> {
  const journal = await openJournal(dataDir, (entry) => replay(entry, kept));
  kept.ledger.reopened();
  kept.store.useJournal(journal);
  kept.ledger.useJournal(journal);
  return journal;
}

function replay({ kind, ...rest }: Record<string, unknown>, kept: Kept): void {
  const { store, ledger } = kept;
  const entry: unknown = rest;
  if (kind === 'transaction') store.restore(entry as Transaction);
  if (kind === 'call') ledger.restoreCall(entry as Call);
  if (kind === 'answer') ledger.restoreAnswer(entry as Call);
  if (kind === 'capture') ledger.captures.push(entry as Capture);
  if (kind === 'notifications' || kind === 'pings') ledger.restoreSent(kind, entry as SentNotification);
  if (kind === 'settings') kept.settings = settingsAfter(kept.settings, rest.patch);
}

/** A patch that an older version took and this one does not is passed over whole. */
function settingsAfter(settings: Settings, patch: unknown): Settings {
  try {
    return mergeSettings(settings, patch);
  } catch (error) {
    if (error instanceof InvalidSettings) return settings;
    throw error;
  }
}
