import { normalReference } from './order-reference';
import type { Order } from './order.pipe';
import type { Transaction } from './transaction.entity';

/** Which fields of a request differ from the saved row: only those that were sent count; our own choices are not compared. */
export function differences(order: Order, row: Transaction): string[] {
  const { customer, ...fields } = order;
  const flat = Object.entries(fields).filter(([, sent]) => sent !== undefined);
  const names = flat.filter(([name, sent]) => !same(sent, keptOf(row, name))).map(([name]) => name);
  const persons = Object.entries(customer ?? {}).filter(([, sent]) => sent !== undefined);
  const kept = (row.customer ?? {}) as Record<string, unknown>;
  return [...names, ...persons.filter(([name, sent]) => kept[name] !== sent).map(([name]) => `customer.${name}`)];
}

// Rows from before references were normalised keep theirs as they were sent.
function keptOf(row: Transaction, name: string): unknown {
  const kept = row[name as keyof Transaction];
  return name === 'order_reference' ? normalReference(kept) : kept;
}

function same(sent: unknown, kept: unknown): boolean {
  if (typeof sent !== 'object' || sent === null) return sent === kept;
  return canonical(sent) === canonical(kept ?? {});
}

// jsonb does not keep the order of names.
function canonical(record: object): string {
  return JSON.stringify(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
