// Proves that a fault about an unknown field names the field that was probably meant, and invents none.
import 'reflect-metadata';
import { describe, expect, it } from 'vitest';
import type { Problem } from '../../src/common/problem';
import { validated } from '../../src/common/validation';
import { CreatePaymentDto } from '../../src/payments/create-payment.dto';

/** What is said of a name: in the order itself, or in its customer. */
function saidOf(path: string): string | undefined {
  const [outer = '', inner] = path.split('.');
  const body = inner === undefined ? { [outer]: 'x' } : { [outer]: { [inner]: 'x' } };
  try {
    validated(CreatePaymentDto, body);
    return undefined;
  } catch (thrown) {
    const { errors = [] } = (thrown as Problem).extras;
    return errors.find(({ pointer }) => pointer === `/${path.replace('.', '/')}`)?.detail;
  }
}

describe('an unknown field', () => {
  it.each([
    ['customer.name', 'last_name'],
    ['customer.surname', 'first_name'],
    ['customer.firstName', 'first_name'],
    ['customer.phone', 'phone_number'],
    ['customer.zipcode', 'zip_code'],
    ['customer_name', 'customer.last_name'],
    ['customer_surname', 'customer.first_name'],
    ['customer_phone_number', 'customer.phone_number'],
    ['customer_zip_code', 'customer.zip_code'],
    ['email', 'customer.email'],
    ['cpm_amount', 'amount'],
    ['cpm_trans_id', 'transaction_id'],
    ['cpm_designation', 'description'],
    ['transactionId', 'transaction_id'],
    ['returnURL', 'return_url'],
    ['order-reference', 'order_reference'],
    ['language', 'lang'],
  ])('%s is asked whether %s was meant', (written, meant) => {
    expect(saidOf(written)).toBe(`there is no such field: did you mean ${meant}?`);
  });

  it.each(['colour', 'constructor', 'toString', 'customer.toString', 'notify_url', 'x'.repeat(50), 'customer_'])(
    '%s is said to be none, and no more',
    (written) => expect(saidOf(written)).toBe('there is no such field'),
  );
});
