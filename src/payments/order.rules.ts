import { wirePhone } from '../cinetpay/phone';
import { wireDescription } from '../cinetpay/wire';
import { isMultipleRight } from '../common/money';
import type { FieldFault } from '../common/problem';

type Body = Record<string, unknown>;

const CARD_FIELDS = [
  'first_name',
  'last_name',
  'phone_number',
  'email',
  'address',
  'city',
  'country',
  'zip_code',
] as const;

/** The rules that take more than one field; every field by itself is the DTO's. */
export function faultsBetweenFields(body: unknown): FieldFault[] {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return [];
  const order = body as Body;
  const customer = isRecord(order.customer) ? order.customer : {};
  return [
    ...amountFaults(order),
    ...descriptionFaults(order),
    ...returnFaults(order),
    ...cardFaults(order, customer),
    ...lockFaults(order, customer),
  ];
}

function amountFaults({ amount, currency }: Body): FieldFault[] {
  if (!Number.isSafeInteger(amount) || typeof currency !== 'string') return [];
  if (isMultipleRight(amount as number, currency)) return [];
  return [fault('/amount', 'multiple_of_5', 'must be a multiple of 5 unless the currency is USD')];
}

function descriptionFaults({ description }: Body): FieldFault[] {
  if (typeof description !== 'string' || description === '' || hasWords(description)) return [];
  const detail = 'must hold more than spaces and # / $ _ &, which reach CinetPay as spaces';
  return [fault('/description', 'format', detail)];
}

// Something of it is left on the wire.
function hasWords(description: string): boolean {
  return /[^\s\p{Cc}\p{Default_Ignorable_Code_Point}]/u.test(wireDescription(description));
}

function returnFaults({ return_url, integration }: Body): FieldFault[] {
  if (return_url !== undefined || integration === 'seamless') return [];
  return [fault('/return_url', 'required', 'is required unless integration is seamless')];
}

function cardFaults({ channels }: Body, customer: Body): FieldFault[] {
  if (channels !== 'CREDIT_CARD') return [];
  const isNorthAmerican = customer.country === 'US' || customer.country === 'CA';
  const needed = isNorthAmerican ? [...CARD_FIELDS, 'state'] : CARD_FIELDS;
  return needed
    .filter((field) => customer[field] === undefined)
    .map((field) => fault(`/customer/${field}`, 'required', 'is required for channels CREDIT_CARD'));
}

function lockFaults({ lock_phone_number }: Body, { phone_number }: Body): FieldFault[] {
  if (lock_phone_number !== true) return [];
  const pointer = '/customer/phone_number';
  if (phone_number === undefined) return [fault(pointer, 'required', 'is required with lock_phone_number')];
  if (typeof phone_number !== 'string' || wirePhone(phone_number) !== undefined) return [];
  const detail =
    "must be the country's prefix and the number, 8 to 15 digits as they are dialled from abroad, with lock_phone_number";
  return [fault(pointer, 'format', detail)];
}

function fault(pointer: string, code: FieldFault['code'], detail: string): FieldFault {
  return { pointer, code, detail };
}

function isRecord(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
