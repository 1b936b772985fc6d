/**
 * CinetPay's codes, as far as they decide something here. Everything else they can say is in docs/cinetpay.md. Codes are
 * compared as text: official examples write strings, clients in the field have seen numbers.
 */

/** Official page: the answer to an initiation that worked ("201", under HTTP 200). */
export const CREATED = '201';
/** Official script: the answer to another device of a page ("202", under HTTP 200). */
export const ATTACHED = '202';
/** Official page of the check: paid (message `SUCCES`). */
export const PAID = '00';
/** Official page: TOO_MANY_REQUEST. */
export const TOO_MANY_REQUESTS = '429';
/** Official page: a field is missing, misspelt or invalid, or the currency is not the account's. */
export const INVALID = '608';

/**
 * The order's content is refused. 608: official page. 624: official error table (lock_phone_number with a wrong number,
 * half a card block; it is also said to mean a wrong apikey). 635, 636 phone, 641, 642 amount: CinetPay's 2021 manual.
 */
export const REFUSES_CONTENT: ReadonlySet<string> = new Set(['608', '624', '635', '636', '641', '642']);

/** Official page: 609 AUTH_NOT_FOUND (apikey), 613 ERROR_SITE_ID_NOTVALID (site). */
export const REFUSES_CREDENTIALS: ReadonlySet<string> = new Set(['609', '613']);

/** A check answered with one of these says nothing about the payment. 624 may mean a wrong apikey. */
export const SAYS_NOTHING: ReadonlySet<string> = new Set(['624']);

/** Official error table: the customer has still to pay, to validate or to type a code; 664 at the operator's side. */
export const WAITING: ReadonlySet<string> = new Set(['623', '662', '663', '664']);

/** A check's `data.status`. ACCEPTED and REFUSED are official, the others were seen by integrators. */
export const STATUS_PAID = 'ACCEPTED';
export const STATUSES_REFUSED: ReadonlySet<string> = new Set(['REFUSED', 'CANCELLED', 'CANCELED']);
const STATUSES_OPEN: ReadonlySet<string> = new Set(['PENDING', 'CREATED']);

/** Official notification page: WAITING_FOR_CUSTOMER must not be treated as a failure; we read every WAITING_ word so. */
export function isOpenStatus(status: string | null): boolean {
  return status !== null && (STATUSES_OPEN.has(status) || status === 'WAITING' || status.startsWith('WAITING_'));
}

/** Official page: a 608 whose description names both currencies. The only text of CinetPay that is read. */
export function namesAccountCurrency(code: string | null, description: unknown): boolean {
  return code === INVALID && typeof description === 'string' && description.includes('Account currency');
}
