import type { ClassConstructor } from 'class-transformer';
import { Problem, type FieldFault } from '../common/problem';
import { judged, type Judged } from '../common/validation';
import type { Order } from '../payments/order.pipe';
import { faultsBetweenFields } from '../payments/order.rules';
import type { Customer, DropInOrder, Transaction } from '../payments/transaction.entity';
import { DropInPaymentDto, type DropInCredentialsDto } from './drop-in.dto';
import { fieldsOf } from './fields';
import { CUSTOMER_NAMES } from './names';

/** What a client ordered: under our names, and what only the drop-in API knows. */
export interface ReadOrder {
  /** Has no site yet: `drop_in.site_id` need not be one of ours. */
  order: Order;
  dropIn: DropInOrder;
}

/** Every field that is read; all others are ignored. */
const PAYMENT_FIELDS: ReadonlySet<string> = new Set([
  ...[
    'apikey',
    'site_id',
    'transaction_id',
    'amount',
    'currency',
    'description',
    'notify_url',
    'return_url',
    'channels',
  ],
  ...['lang', 'metadata', 'invoice_data', 'alternative_currency', 'lock_phone_number', 'device_id'],
  ...Object.keys(CUSTOMER_NAMES),
]);
const SITE_ID = /^\d{1,20}$/;

/** Reads an initiation. @throws Problem with every fault at once; a site_id that cannot be one comes before all others */
export function readOrder(body: unknown): ReadOrder {
  const { fields, value, faults } = read(DropInPaymentDto, body, PAYMENT_FIELDS);
  const order = orderOf(fields);
  const { site_id, notify_url, device_id } = fields as Partial<DropInPaymentDto>;
  const between = faultsBetweenFields(order).flatMap((fault) =>
    fault.pointer === '/return_url' ? wayBack(device_id) : [fault],
  );
  faults.add(...between);
  if (!value || !faults.isEmpty) throw faults.refusal();
  return { order, dropIn: withoutAbsent<DropInOrder>({ site_id: site_id!, notify_url, device_id }) };
}

/** Reads a request of any kind, as far as its fields go by themselves. @throws Problem */
export function readFields<T extends DropInCredentialsDto>(
  Class: ClassConstructor<T>,
  body: unknown,
  names: ReadonlySet<string>,
): T {
  const { value, faults } = read(Class, body, names);
  if (value) return value;
  throw faults.refusal();
}

/** Which parts of an order that only the drop-in API knows differ from the saved ones. A device is another each time. */
export function dropInDifferences(sent: DropInOrder, { drop_in: kept }: Transaction): string[] {
  return (['site_id', 'notify_url'] as const).filter((name) => sent[name] !== undefined && sent[name] !== kept?.[name]);
}

function read<T extends DropInCredentialsDto>(
  Class: ClassConstructor<T>,
  body: unknown,
  names: ReadonlySet<string>,
): Judged<T> {
  const fields = fieldsOf(body, names);
  if (typeof fields.site_id === 'string' && !SITE_ID.test(fields.site_id))
    throw new Problem('site_unknown', 'The site_id is not made of digits.');
  return judged(Class, fields);
}

// The script shows the end where it runs: there is nowhere to return to.
function wayBack(device: string | undefined): FieldFault[] {
  return device === undefined ? [{ pointer: '/return_url', code: 'required', detail: 'is required' }] : [];
}

// Of fields that may still have faults: nothing is taken for granted but their names.
function orderOf(fields: Partial<DropInPaymentDto>): Order {
  const { transaction_id, amount, currency, description, return_url, channels, lang, metadata } = fields;
  const { invoice_data, alternative_currency, lock_phone_number } = fields;
  const customer = withoutAbsent<Customer>(
    Object.fromEntries(
      Object.entries(CUSTOMER_NAMES).map(([wire, ours]) => [ours, fields[wire as keyof typeof CUSTOMER_NAMES]]),
    ),
  );
  return withoutAbsent<Order>({
    ...{ transaction_id, amount, currency, description, return_url, channels, lang, metadata },
    ...{ invoice_data, alternative_currency, lock_phone_number },
    customer: Object.keys(customer).length > 0 ? customer : undefined,
  } as Order);
}

function withoutAbsent<T extends object>(record: T): T {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as T;
}
