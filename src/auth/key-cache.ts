/** Counted from before the question, so that what was asked just before a revocation is forgotten 5 s after it at the latest. */
const LIFETIME_MS = 4_500;
const LIMIT = 10_000;

interface Entry<T> {
  answer: Promise<T | undefined>;
  until: number;
}

/**
 * Remembers for less than 5 s who holds a key and which keys nobody holds, and asks once for those who ask together. By the key itself, in memory
 * only: its HMAC takes longer than all the rest of letting a request in.
 * Unknown keys have a shelf of their own: guessing cannot push the callers' keys out.
 */
export class KeyCache<T> {
  private readonly known = new Map<string, Entry<T>>();
  private readonly unknown = new Map<string, Entry<T>>();

  async get(key: string, ask: () => Promise<T | undefined>): Promise<T | undefined> {
    const now = performance.now();
    const held = this.known.get(key) ?? this.unknown.get(key);
    if (held && held.until > now) return held.answer;
    const entry = { answer: ask(), until: now + LIFETIME_MS };
    const shelf = this.known.has(key) ? this.known : this.unknown;
    keep(shelf, key, entry);
    try {
      const answer = await entry.answer;
      const right = answer === undefined ? this.unknown : this.known;
      if (right !== shelf && shelf.get(key) === entry) {
        shelf.delete(key);
        keep(right, key, entry);
      }
      return answer;
    } catch (error) {
      // Not an answer: the next one asks again.
      entry.until = 0;
      throw error;
    }
  }

  clear(): void {
    this.known.clear();
    this.unknown.clear();
  }
}

// A map keeps the order of insertion: the oldest goes first.
function keep<T>(shelf: Map<string, T>, key: string, entry: T): void {
  shelf.delete(key);
  shelf.set(key, entry);
  if (shelf.size > LIMIT) shelf.delete(shelf.keys().next().value!);
}
