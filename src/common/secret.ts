import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** A value that cannot be printed by accident: JSON, templates and `console.log` all show `[secret]`. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself; call it only where it goes on the wire or into a signature. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[secret]';
  }
}

/** HMAC-SHA256 as bytes; of a text, over its UTF-8. */
export function hmac(key: string, message: string | Buffer): Buffer {
  return createHmac('sha256', key).update(message).digest();
}

/** Compares without telling by its duration where two texts differ; both are hashed first, so lengths do not matter. */
export function sameText(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text, 'utf8').digest();
  return timingSafeEqual(digest(a), digest(b));
}
