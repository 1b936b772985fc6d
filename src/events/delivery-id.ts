/**
 * The SQL for the id of the delivery of one event to one endpoint: the event's time, then a digest of both ids. The
 * publisher and a replay name the same delivery without having to read it, and new rows land at the index's right edge.
 */
export function deliveryId(event: string, endpoint: string): string {
  const digest = `encode(sha256(convert_to(${event} || ' ' || ${endpoint}, 'UTF8')), 'hex')`;
  return `left(${event}, 10) || upper(left(${digest}, 16))`;
}
