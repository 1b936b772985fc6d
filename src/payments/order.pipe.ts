import { createParamDecorator, Injectable } from '@nestjs/common';
import type { ExecutionContext, PipeTransform } from '@nestjs/common';
import type { CallerRequest } from '../auth/caller';
import { Problem, type FieldFault } from '../common/problem';
import { refusal, validated } from '../common/validation';
import { Sites } from '../sites/sites.service';
import { CreatePaymentDto } from './create-payment.dto';
import { faultsBetweenFields } from './order.rules';

const REQUIRED = new Set(['amount', 'currency', 'description']);

/** An order with every rule kept: a field that is there was sent, and is written as we keep it. */
export type Order = CreatePaymentDto;

/** A body, and whose. */
interface Placed {
  body: unknown;
  /** The caller's name. */
  caller: string;
}

/** Injects what `OrderPipe` reads. */
export const PlacedBody = createParamDecorator((_: unknown, context: ExecutionContext): Placed => {
  const { body, caller } = context.switchToHttp().getRequest<CallerRequest>();
  if (!caller) throw new Error('a route that takes orders is marked public');
  return { body, caller: caller.name };
});

/** Turns a body into an order, or into all of its faults at once. */
@Injectable()
export class OrderPipe implements PipeTransform<Placed, Order> {
  constructor(private readonly sites: Sites) {}

  /** @throws Problem validation_failed */
  transform({ body, caller }: Placed): Order {
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
    // By itself the site's limit is judged after repetitions are found: an order that is saved stays the same under another limit.
    if (order && faults.length === 0) return order;
    throw refusal([...faults, ...this.limitFaults(written, caller, faults)]);
  }

  private limitFaults(written: unknown, caller: string, faults: readonly FieldFault[]): FieldFault[] {
    const { amount, currency, site_id: siteId, integration } = written as Record<string, unknown>;
    const isReadable = Number.isSafeInteger(amount) && typeof currency === 'string';
    if (!isReadable || !(siteId === undefined || typeof siteId === 'string')) return [];
    if (faults.some(({ pointer, code }) => pointer === '/amount' && code === 'range')) return [];
    const kind = integration === 'seamless' ? 'seamless' : 'redirect';
    return this.sites.amountFaults({ currency, amount: amount as number, siteId, caller, integration: kind });
  }
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
