import { hmac, type Secret } from '../common/secret';

/**
 * The secret that signs the forms posted to a caller's drop-in `notify_url`. Derived from the pepper, so that the database
 * holds none (docs/decisions/0003); printed by `keys create`.
 */
export function notifySecretOf(pepper: Secret, caller: string): string {
  return hmac(pepper.reveal(), `notify:${caller}`).toString('base64url');
}
