import { createParamDecorator, Injectable } from '@nestjs/common';
import type { ExecutionContext, PipeTransform } from '@nestjs/common';
import type { CallerRequest } from '../auth/caller';
import type { FieldFaults } from '../common/field-faults';
import { isRecord, type Fields } from '../common/known-fields';
import type { FieldFault } from '../common/problem';
import { judged } from '../common/validation';
import { Sites } from '../sites/sites.service';
import { CreatePaymentDto } from './create-payment.dto';
import { normalReference } from './order-reference';
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
    const { value, fields, faults } = judged(CreatePaymentDto, body, { prepare: normalised });
    faults.add(...faultsBetweenFields(fields));
    // By itself the site's limit is judged after repetitions are found: an order that is saved stays the same under another limit.
    if (value && faults.isEmpty) return value;
    faults.add(...this.limitFaults(fields, caller, faults));
    throw faults.refusal();
  }

  private limitFaults(fields: Fields, caller: string, faults: FieldFaults): FieldFault[] {
    const { amount, currency, site_id: siteId, integration } = fields;
    const isReadable = Number.isSafeInteger(amount) && typeof currency === 'string';
    if (!isReadable || !(siteId === undefined || typeof siteId === 'string')) return [];
    if (faults.has('/amount', 'range')) return [];
    const kind = integration === 'seamless' ? 'seamless' : 'redirect';
    return this.sites.amountFaults({ currency, amount: amount as number, siteId, caller, integration: kind });
  }
}

/** The fields with absent ones left out and case put right. Anything unexpected stays, to be refused by its rule. */
function normalised(fields: Fields): Fields {
  const order = withoutAbsent({ ...fields, ...referenceOf(fields) }, REQUIRED);
  if (isRecord(order.customer)) order.customer = withoutAbsent(order.customer, new Set());
  if (isRecord(order.customer) && typeof order.customer.country === 'string') {
    order.customer.country = order.customer.country.toUpperCase();
  }
  if (typeof order.lang === 'string') order.lang = order.lang.toLowerCase();
  return order;
}

function referenceOf({ order_reference: written }: Fields): Fields {
  return typeof written === 'string' ? { order_reference: normalReference(written) } : {};
}

function withoutAbsent(fields: Fields, kept: ReadonlySet<string>): Fields {
  const isSent = ([name, value]: [string, unknown]): boolean => (value !== '' && value !== null) || kept.has(name);
  return Object.fromEntries(Object.entries(fields).filter(isSent));
}
