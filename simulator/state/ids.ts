import { randomBytes, randomInt } from 'node:crypto';

const POOL_BYTES = 8_192;
let pool = Buffer.alloc(0);

/** Random hex from a pool: one call to the system serves a hundred transactions. */
function randomHex(bytes: number): string {
  if (pool.length < bytes) pool = randomBytes(POOL_BYTES);
  const taken = pool.toString('hex', 0, bytes);
  pool = pool.subarray(bytes);
  return taken;
}

/** A payment token: 110 lower-case hex characters, as in CinetPay's example. */
export function newToken(): string {
  return randomHex(55);
}

/** The opaque `signature` of the notification form; how CinetPay makes it is unknown. */
export function newSignature(): string {
  return randomHex(16);
}

/** `<unix seconds>.<4 digits>`, as in every answer of CinetPay. */
export function newApiResponseId(): string {
  return `${Math.floor(Date.now() / 1000)}.${String(randomInt(10_000)).padStart(4, '0')}`;
}

/** An operator's reference in Orange Money's style: `MP220915.2257.A76307`. */
export function newOperatorId(at: Date): string {
  const [day = '', time = ''] = at.toISOString().split('T');
  const suffix = String(randomInt(100_000)).padStart(5, '0');
  return `MP${day.slice(2).replaceAll('-', '')}.${time.slice(0, 5).replace(':', '')}.A${suffix}`;
}

/** `YYYY-MM-DD HH:mm:ss` in UTC, which is also local time in Abidjan. */
export function cinetpayDate(at: Date): string {
  return at.toISOString().slice(0, 19).replace('T', ' ');
}

/** The day the merchant gets the money: two days later, at midnight. */
export function fundAvailabilityDate(at: Date): string {
  return `${new Date(at.getTime() + 2 * 86_400_000).toISOString().slice(0, 10)} 00:00:00`;
}
