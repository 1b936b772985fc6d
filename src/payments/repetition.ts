import { Problem, type FieldFault } from '../common/problem';
import type { Order } from './order.pipe';
import { differences } from './same-order';
import type { Known, OrphanedDoor } from './transaction.store';

/**
 * Lets a repetition of the same order pass and refuses everything else that meets an earlier payment (contract, section 4). Another caller's
 * payment is never described.
 */
export function refuseKnown({ by, row }: Known, order: Order, caller: string): void {
  const location = `/v1/payments/${row.transaction_id}`;
  switch (by) {
    case 'key': {
      const errors = faultsOf(order, by, differences(order, row));
      if (errors.length === 0) return;
      const detail =
        'The key belongs to an earlier request that differs in what errors names. Use a new key for a new request.';
      throw new Problem('idempotency_key_reused', detail, { errors, transaction_id: row.transaction_id, location });
    }
    case 'id': {
      if (row.caller !== caller) throw new Problem('transaction_id_taken', 'Choose another transaction_id.');
      const errors = faultsOf(order, by, differences(order, row));
      if (errors.length === 0) return;
      const detail =
        'The id belongs to an earlier order that differs in what errors names. Use a new id for a new try.';
      throw new Problem('transaction_id_reused', detail, { errors, transaction_id: row.transaction_id, location });
    }
    case 'open_order':
      throw new Problem('order_already_open', 'Use that payment, or close it first.', {
        transaction_id: row.transaction_id,
        location,
      });
    case 'paid_order':
      throw new Problem('order_already_paid', 'That payment has paid it.', {
        transaction_id: row.transaction_id,
        location,
      });
  }
}

/**
 * Refuses an order whose door belongs to a payment that is not kept any more (archived, or lost by a partial restore): whether its counter is
 * open or paid, only the operator can know. There is no payment to point to.
 */
export function refuseOrphan({ transactionId, isPaid }: OrphanedDoor): never {
  const what = isPaid ? 'paid it' : 'has its counter';
  throw new Problem(
    isPaid ? 'order_already_paid' : 'order_already_open',
    `The payment that ${what}, ${transactionId}, is not kept here any more. Use another order_reference, or ask the operator.`,
  );
}

function faultsOf(order: Order, by: 'key' | 'id', names: string[]): FieldFault[] {
  const same = by === 'key' ? 'Idempotency-Key' : `transaction_id ${order.transaction_id ?? ''}`;
  return names.map((name) => ({
    pointer: `/${name.replace('.', '/')}`,
    code: 'not_allowed' as const,
    detail: `differs from the earlier request with the same ${same}`,
  }));
}
