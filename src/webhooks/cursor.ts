import { Problem } from '../common/problem';

/** The cursor of a page that ends with the row of this id. */
export function cursorAfter(id: string): string {
  return Buffer.from(id).toString('base64url');
}

/**
 * The id a cursor stands for; null for none.
 * @throws Problem `validation_failed` when it is no cursor of ours
 */
export function idOfCursor(cursor: string | undefined): string | null {
  if (cursor === undefined) return null;
  const id = Buffer.from(cursor, 'base64url').toString('utf8');
  if (/^[0-9A-Z]{26}$/.test(id)) return id;
  throw new Problem('validation_failed', 'Use next_cursor of the page before.', {
    errors: [{ pointer: '/cursor', code: 'format', detail: 'is no cursor of ours' }],
  });
}
