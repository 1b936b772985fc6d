import type { ClientBase } from 'pg';
import { newId } from '../../src/common/ids';

export interface EventFields {
  type?: string;
  caller?: string;
  transactionId?: string;
  createdAt?: Date;
  data?: string;
  notifyEndpointId?: string | null;
}

/** Writes an event as a payment's move does: committed, without a position. Returns its id. */
export async function writeEvent(client: ClientBase, fields: EventFields = {}): Promise<string> {
  const { type = 'payment.accepted', caller = 'shop', transactionId = newId(), createdAt = new Date() } = fields;
  const { data = JSON.stringify({ payment: { transaction_id: transactionId, amount: 2500 } }) } = fields;
  const id = newId();
  await client.query(
    `INSERT INTO events (id, type, caller, transaction_id, status, created_at, data, notify_endpoint_id)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [id, type, caller, transactionId, type.split('.')[1], createdAt, data, fields.notifyEndpointId ?? null],
  );
  return id;
}
