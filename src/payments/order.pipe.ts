import { Injectable } from '@nestjs/common';
import type { PipeTransform } from '@nestjs/common';
import { Problem, type FieldFault } from '../common/problem';
import { refusal, validated } from '../common/validation';
import { CreatePaymentDto } from './create-payment.dto';
import { faultsBetweenFields } from './order.rules';

const REQUIRED = new Set(['amount', 'currency', 'description']);

/** An order with every rule kept: a field that is there was sent, and is written as we keep it. */
export type Order = CreatePaymentDto;

/** Turns a body into an order, or into all of its faults at once. */
@Injectable()
export class OrderPipe implements PipeTransform<unknown, Order> {
  transform(body: unknown): Order {
    return readOrder(body);
  }
}

/** The same for orders that come another way. @throws Problem validation_failed */
export function readOrder(body: unknown): Order {
  const written = normalised(body);
  let order: Order | undefined;
  let faults: FieldFault[] = [];
  try {
    order = validated(CreatePaymentDto, written);
  } catch (error) {
    if (!(error instanceof Problem) || error.extras.errors === undefined) throw error;
    faults = error.extras.errors;
  }
  faults = [...faults, ...faultsBetweenFields(written)];
  if (order && faults.length === 0) return order;
  throw refusal(faults);
}

/** The body with absent fields left out and case put right. Anything unexpected stays, to be refused by its rule. */
function normalised(body: unknown): unknown {
  if (!isRecord(body)) return body;
  const order = withoutAbsent(body, REQUIRED);
  if (isRecord(order.customer)) order.customer = withoutAbsent(order.customer, new Set());
  if (isRecord(order.customer) && typeof order.customer.country === 'string') {
    order.customer.country = order.customer.country.toUpperCase();
  }
  if (typeof order.lang === 'string') order.lang = order.lang.toLowerCase();
  return order;
}

// Only the fields we know: an unknown one is refused even when it is empty.
function withoutAbsent(record: Record<string, unknown>, kept: ReadonlySet<string>): Record<string, unknown> {
  const absent = (name: string, value: unknown): boolean =>
    (value === '' || value === null) && !kept.has(name) && isKnown(name);
  return Object.fromEntries(Object.entries(record).filter(([name, value]) => !absent(name, value)));
}

function isKnown(name: string): boolean {
  return FIELDS.has(name);
}

const FIELDS: ReadonlySet<string> = new Set([
  ...[
    'return_url',
    'transaction_id',
    'order_reference',
    'channels',
    'lang',
    'metadata',
    'invoice_data',
    'alternative_currency',
  ],
  ...['customer', 'lock_phone_number', 'site_id', 'integration'],
  ...['id', 'first_name', 'last_name', 'phone_number', 'email', 'address', 'city', 'country', 'state', 'zip_code'],
]);

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
