/** What callers are told about (design of the contract; the table's CHECK lists the same words). */
export const EVENT_TYPES = [
  'payment.pending',
  'payment.accepted',
  'payment.refused',
  'payment.rejected',
  'payment.expired',
  'payment.mismatch',
  'payment.duplicate',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** A published event: it has its place in the feed. */
export interface PublishedEvent {
  id: string;
  position: number;
  type: string;
  created_at: Date;
  /** JSON text, as the move that caused the event wrote it. */
  data: string;
}

/**
 * The one spelling of an event: the feed and every attempt of every delivery show these bytes. `data` is spliced in as it
 * was stored, so a later release that would write it differently changes no old event.
 */
export function eventJson(event: PublishedEvent): string {
  const { id, position, type, created_at } = event;
  const head = JSON.stringify({ id, position, type, created_at: created_at.toISOString() });
  return `${head.slice(0, -1)},"data":${event.data}}`;
}
