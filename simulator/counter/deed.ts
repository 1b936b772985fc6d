import { faultLine, oneOf, record, text, type Rule } from '../control/rules';
import { REFUSAL_CODES, WAITING_CODES, type Code } from '../facts/codes';
import type { Transaction } from '../state/transaction';
import { operatorsOf, type Act, type Deed } from './customer';

/** What nobody can do at this counter. */
export class InvalidDeed extends Error {}

const PHONE = /^\+?[\d ().-]{1,30}$/;
/** The codes that an act may end with; pay and cancel have one each. */
const CODES: Record<Act, readonly Code[]> = { wait: WAITING_CODES, refuse: REFUSAL_CODES, pay: [], cancel: [] };

const phone: Rule = (value, name) =>
  typeof value === 'string' && PHONE.test(value) ? [] : [`${name} must be digits, with the prefix or without`];
const orEmpty =
  (other: Rule): Rule =>
  (value, name) =>
    value === '' ? [] : other(value, name);

/** Reads what a customer chose: `{payment_method?, phone?, code?, status?, site_id?}`; an empty text is no choice. @throws InvalidDeed */
export function readDeed(act: Act, wishes: unknown, transaction: Transaction): Deed {
  const rules = {
    payment_method: orEmpty(oneOf(...operatorsOf(transaction))),
    phone: orEmpty(phone),
    status: text(64),
    site_id: oneOf(transaction.site_id, Number(transaction.site_id)),
    ...(CODES[act].length > 0 ? { code: oneOf(...CODES[act]) } : {}),
  };
  const faults = faultLine(record(rules)(wishes, ''));
  if (faults !== undefined) throw new InvalidDeed(`${act}: ${faults}`);
  const { payment_method, phone: number, code, status } = wishes as Partial<Record<keyof Deed, string>>;
  return { act, payment_method: payment_method || undefined, phone: number || undefined, code: code as Code, status };
}
