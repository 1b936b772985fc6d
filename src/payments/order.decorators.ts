import { ValidateBy, buildMessage } from 'class-validator';
import { isWithin } from '../common/lengths';
import { urlOf } from '../common/web-url';

/** Bytes: a `notify_url` stands in an index, whose entries may have 2,704. */
const MAX_URL = 2048;
/** Lines that CinetPay's invoice has (official page). */
export const MAX_INVOICE_LINES = 3;
const MAX_NAME = 50;
const MAX_VALUE = 100;

/** An http(s) URL without credentials, at most 2048 bytes in UTF-8; what it names need not exist (`http://localhost` is one). */
export function IsWebUrl(): PropertyDecorator {
  return ValidateBy(
    {
      name: 'isWebUrl',
      validator: {
        validate: isWebUrl,
        defaultMessage: buildMessage(
          () => `must be an http(s) URL of at most ${MAX_URL} bytes (a letter beyond ASCII has several)`,
        ),
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
  if (typeof value !== 'string' || value.length > MAX_URL || Buffer.byteLength(value) > MAX_URL) return false;
  if (!/^https?:\/\/[^\s]+$/i.test(value)) return false;
  const url = urlOf(value);
  return url !== undefined && url.username === '' && url.password === '';
}

function isInvoiceData(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return (
    Object.keys(value).length <= MAX_INVOICE_LINES &&
    Object.entries(value).every(
      ([name, text]) =>
        name.length > 0 && isWithin(MAX_NAME, name) && typeof text === 'string' && isWithin(MAX_VALUE, text),
    )
  );
}
