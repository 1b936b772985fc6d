import { randomBytes, randomInt } from 'node:crypto';

// Crockford's alphabet: no I, L, O or U, so an id read over the phone survives.
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const TIME_LENGTH = 10;

let pool = Buffer.alloc(0);
let used = 0;

function randomCharacters(count: number): string {
  if (used + count > pool.length) {
    pool = randomBytes(4096);
    used = 0;
  }
  let out = '';
  for (let i = 0; i < count; i++) out += ALPHABET[pool[used++]! & 31];
  return out;
}

function timeCharacters(milliseconds: number): string {
  let rest = milliseconds;
  let out = '';
  for (let i = 0; i < TIME_LENGTH; i++) {
    out = ALPHABET[rest % 32]! + out;
    rest = Math.floor(rest / 32);
  }
  return out;
}

/**
 * An id of 26 upper-case letters and digits that grows with time (48 bits of milliseconds, 80 random bits), so that new
 * rows land at the right edge of an index. Our choice: it satisfies CinetPay's advice against special characters.
 */
export function newId(): string {
  return timeCharacters(Date.now()) + randomCharacters(16);
}

/** A token nobody can guess (160 random bits) whose first characters grow with time, for the same reason as `newId`. */
export function newToken(): string {
  return (timeCharacters(Date.now()) + randomCharacters(32)).toLowerCase();
}

/** 256 random bits as 43 letters, digits, `-` and `_`. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** Decimal digits, 14 at most, for what need not be a secret. */
export function randomDigits(count: number): string {
  return String(randomInt(10 ** count)).padStart(count, '0');
}
