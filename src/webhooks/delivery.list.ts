import type { Statement } from '../database/sql';
import type { DeliveryQueryDto } from './delivery.dto';
import { DELIVERY_COLUMNS } from './delivery.statements';

/** Deliveries on a page, at most. */
export const MAX_PAGE = 100;

/** What narrows a list: the query's filters, whose deliveries (undefined: everybody's), the last one of the page before. */
export interface DeliveryFilter extends Omit<DeliveryQueryDto, 'limit' | 'cursor'> {
  caller?: string;
  after?: string;
}

const OF_ENDPOINT: [keyof DeliveryFilter, (value: string) => string][] = [
  ['caller', (value) => `endpoint.caller = ${value}`],
  ['endpoint_id', (value) => `endpoint.id = ${value}`],
];
const OF_DELIVERY: [keyof DeliveryFilter, (value: string) => string][] = [
  ['status', (value) => `own.status = ${value}`],
  ['event_id', (value) => `own.event_id = ${value}`],
  // An array, so that the planner looks the events up instead of reading through an endpoint's deliveries.
  [
    'transaction_id',
    (value) => `own.event_id = ANY (ARRAY (SELECT id FROM events WHERE events.transaction_id = ${value}))`,
  ],
  ['created_after', (value) => `own.created_at >= ${value}`],
  ['created_before', (value) => `own.created_at < ${value}`],
  // Compared in Postgres: a date of JavaScript has lost the microseconds.
  [
    'after',
    (value) =>
      `(own.created_at, own.id) < (SELECT last.created_at, last.id FROM webhook_deliveries last WHERE last.id = ${value})`,
  ],
];

/**
 * Each endpoint's newest, then the newest of those: an index leads there, however many deliveries others have. Only the
 * filters that are there are written down, and always the same limit, so that the planner sees what it can use.
 */
export function listDeliveries(filter: DeliveryFilter): { statement: Statement; values: unknown[] } {
  const values: unknown[] = [];
  const conditions = (filters: typeof OF_DELIVERY): string => {
    const used = filters.filter(([key]) => filter[key] !== undefined);
    return used.map(([key, text]) => ` AND ${text(`$${values.push(filter[key])}`)}`).join('');
  };
  const text = `SELECT ${DELIVERY_COLUMNS} FROM (
      SELECT own.* FROM webhook_endpoints endpoint CROSS JOIN LATERAL (
        SELECT * FROM webhook_deliveries own WHERE own.endpoint_id = endpoint.id${conditions(OF_DELIVERY)}
        ORDER BY own.created_at DESC, own.id DESC LIMIT ${MAX_PAGE + 1}) own
      WHERE true${conditions(OF_ENDPOINT)} ORDER BY own.created_at DESC, own.id DESC LIMIT ${MAX_PAGE + 1}) d
    JOIN webhook_endpoints endpoint ON endpoint.id = d.endpoint_id LEFT JOIN events event ON event.id = d.event_id
    ORDER BY d.created_at DESC, d.id DESC`;
  // Postgres tells names apart by their first 63 bytes: a digit for each filter, not its name.
  const used = [...OF_ENDPOINT, ...OF_DELIVERY].map(([key]) => (filter[key] === undefined ? 0 : 1));
  return { statement: { name: `webhook_delivery_list_${used.join('')}`, text }, values };
}
