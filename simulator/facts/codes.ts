/** Every code of /v2/payment and /v2/payment/check that the simulator can answer, with CinetPay's own message word. */
export const MESSAGES = {
  '00': 'SUCCES',
  '201': 'CREATED',
  '202': 'DEVICE_ATTACHED',
  '429': 'TOO_MANY_REQUEST',
  '600': 'PAYMENT_FAILED',
  '602': 'INSUFFICIENT_BALANCE',
  '603': 'SERVICE_UNAVAILABLE',
  '604': 'OTP_CODE_ERROR',
  '606': 'INCORRECT_SETTINGS',
  '608': 'MINIMUM_REQUIRED_FIELDS',
  '609': 'AUTH_NOT_FOUND',
  '613': 'ERROR_SITE_ID_NOTVALID',
  '623': 'WAITING_CUSTOMER_TO_VALIDATE',
  '624': 'UNKNOWN_ERROR',
  '625': 'ABONNEMENT_OR_TRANSACTIONS_EXPIRED',
  '627': 'TRANSACTION_CANCEL',
  '635': 'ERROR_PHONE_NUMBER_NOT_FOUND',
  '636': 'ERROR_PHONE_NUMBER_NOT_SUPPORTED',
  '641': 'ERROR_AMOUNT_TOO_LOW',
  '642': 'ERROR_AMOUNT_TOO_HIGH',
  '662': 'WAITING_CUSTOMER_PAYMENT',
  '663': 'WAITING_CUSTOMER_OTP_CODE',
  '664': 'WAITING_CUSTOMER_PAYMENT_AT_OPERATOR_SIDE',
  '804': 'OPERATOR_UNAVAILABLE',
  '807': 'DAILY_MAX_NUMBER_TRANSACTION_REACHED',
  '808': 'DAILY_MAX_AMOUNT_TRANSACTION_REACHED',
  '809': 'MONTHLY_MAX_AMOUNT_TRANSACTION_REACHED',
  '810': 'MONTHLY_MAX_NUMBER_TRANSACTION_REACHED',
  '811': 'WEEKLY_MAX_AMOUNT_TRANSACTION_REACHED',
  '812': 'WEEKLY_MAX_NUMBER_TRANSACTION_REACHED',
} as const;

/** A code of CinetPay, as the string it is on the wire. */
export type Code = keyof typeof MESSAGES;

/** Codes that leave a payment open: the customer may still pay. */
export const WAITING_CODES: readonly Code[] = ['623', '662', '663', '664'];

/** Codes that a failed attempt may carry next to status REFUSED. */
export const REFUSAL_CODES: readonly Code[] = [
  ...(['600', '602', '603', '604', '606', '627', '635', '636', '641', '642'] as const),
  ...(['804', '807', '808', '809', '810', '811', '812'] as const),
];

/** Narrows a word from outside to a code we know. */
export function isCode(value: unknown): value is Code {
  return typeof value === 'string' && Object.hasOwn(MESSAGES, value);
}
