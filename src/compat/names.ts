import type { Customer } from '../payments/transaction.entity';

/** The customer's fields as clients send them. Official page: `customer_name` is the LAST name, `customer_surname` the first. */
export const CUSTOMER_NAMES = {
  customer_id: 'id',
  customer_name: 'last_name',
  customer_surname: 'first_name',
  customer_phone_number: 'phone_number',
  customer_email: 'email',
  customer_address: 'address',
  customer_city: 'city',
  customer_country: 'country',
  customer_state: 'state',
  customer_zip_code: 'zip_code',
} as const satisfies Record<string, keyof Customer>;

const WIRE_NAMES = new Map<string, string>(
  Object.entries(CUSTOMER_NAMES).map(([wire, ours]) => [`/customer/${ours}`, wire]),
);

/** What a client calls the field that a fault points to. */
export function wireNameOf(pointer: string): string {
  return WIRE_NAMES.get(pointer) ?? pointer.slice(1).replaceAll('/', '.').replaceAll('~1', '/').replaceAll('~0', '~');
}
