import { ValidateBy, buildMessage } from 'class-validator';
import { urlOf } from '../common/web-url';

const MAX_URL = 2048;
/** Lines that CinetPay's invoice has (official page). */
export const MAX_INVOICE_LINES = 3;
const MAX_NAME = 50;
const MAX_VALUE = 100;

/** An http(s) URL without credentials, at most 2048 characters; what it names need not exist (`http://localhost` is one). */
export function IsWebUrl(): PropertyDecorator {
  return ValidateBy(
    {
      name: 'isWebUrl',
      validator: {
        validate: isWebUrl,
        defaultMessage: buildMessage(() => 'must be an http(s) URL of at most 2048 characters'),
      },
    },
    { context: { code: 'format' } },
  );
}

/** Up to 3 named lines of text (official page). */
export function IsInvoiceData(): PropertyDecorator {
  const message = `must hold at most ${MAX_INVOICE_LINES} names of at most ${MAX_NAME} characters with text of at most ${MAX_VALUE}`;
  return ValidateBy(
    { name: 'isInvoiceData', validator: { validate: isInvoiceData, defaultMessage: buildMessage(() => message) } },
    { context: { code: 'format' } },
  );
}

function isWebUrl(value: unknown): boolean {
  if (typeof value !== 'string' || value.length > MAX_URL || !/^https?:\/\/[^\s]+$/i.test(value)) return false;
  const url = urlOf(value);
  return url !== undefined && url.username === '' && url.password === '';
}

function isInvoiceData(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const lines = Object.entries(value);
  return (
    lines.length <= MAX_INVOICE_LINES &&
    lines.every(
      ([name, text]) =>
        name.length > 0 && name.length <= MAX_NAME && typeof text === 'string' && text.length <= MAX_VALUE,
    )
  );
}
