import { urlOf } from '../common/web-url';
import type { Transaction } from '../payments/transaction.entity';

/**
 * The order's own return_url with the transaction's id added; null where there is none to go to. Only the stored URL decides
 * where: nothing of a request comes in here. What the URL carried already stays as it was written.
 */
export function returnTarget({
  return_url,
  transaction_id,
}: Pick<Transaction, 'return_url' | 'transaction_id'>): string | null {
  const url = return_url === null ? undefined : urlOf(return_url);
  if (!url) return null;
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return null;
  const added = `transaction_id=${encodeURIComponent(transaction_id)}`;
  url.search = url.search === '' ? added : `${url.search}&${added}`;
  return url.href;
}
