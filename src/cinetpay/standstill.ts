const BEAT_MS = 20;

/** An answer, and for how many milliseconds at most it had come in and nobody read it. */
export interface Heard<T> {
  answer: T;
  unreadMs: number;
}

/**
 * Waits for an answer and notices when this process stands still meanwhile (stopped, starved of its core, long garbage): what it then reads
 * may be old, and no clock of ours says how old. The beats that it missed do.
 */
export async function heard<T>(answering: Promise<T>): Promise<Heard<T>> {
  let beat = performance.now();
  const beats = setInterval(() => (beat = performance.now()), BEAT_MS);
  try {
    const answer = await answering;
    return { answer, unreadMs: Math.max(0, performance.now() - beat - BEAT_MS) };
  } finally {
    clearInterval(beats);
  }
}
