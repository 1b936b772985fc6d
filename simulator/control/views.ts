import type { Answered, Call, Ledger, SentNotification } from '../state/ledger';

/** A request as GET /_sim/transactions/{id} shows it. */
export interface RequestView {
  at: string;
  operation: string;
  raw_body: string;
  site_id: string | null;
  answered: Answered;
  code: string | null;
  answered_at: string | null;
  fault: string | null;
}

/** One request of a transaction, with its body. */
export function requestView(call: Call): RequestView {
  const { at, operation, raw_body, site_id, answered, code, answered_at, fault } = call;
  return { at, operation, raw_body, site_id, answered, code, answered_at, fault };
}

/** The whole ledger, each list oldest first; calls without their bodies. */
export function ledgerView(ledger: Ledger): Record<string, unknown> {
  return {
    captures: ledger.captures,
    notifications: ledger.notifications.map(notificationView),
    pings: ledger.pings.map(({ at, transaction_id, site_id, answered }) => ({ at, transaction_id, site_id, answered })),
    calls: ledger.calls.map(callView),
  };
}

function callView(call: Call): Omit<Call, 'number' | 'raw_body'> {
  const { at, site_id, operation, answered, code, transaction_id, answered_at, fault } = call;
  return { at, site_id, operation, answered, code, transaction_id, answered_at, fault };
}

function notificationView(sent: SentNotification): Omit<SentNotification, 'number'> {
  const { at, transaction_id, site_id, answered, message, genuine } = sent;
  return { at, transaction_id, site_id, answered, message, genuine };
}
