import { appendFileSync, closeSync, createReadStream, ftruncateSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Keeps every change, so that a restart finds what was there. */
export interface Journal {
  write(entry: Record<string, unknown>): void;
  /** Forgets all that was written. */
  clear(): void;
  close(): void;
}

/** Keeps nothing: for simulators that live as long as a test. */
export const NO_JOURNAL: Journal = { write: () => undefined, clear: () => undefined, close: () => undefined };

/** An append-only file of one JSON line per change. Lines of one turn of the event loop go out in one write. */
export class FileJournal implements Journal {
  private lines: string[] = [];
  private readonly file: number;
  private closed = false;

  /** Throws where the file cannot be written. */
  constructor(path: string) {
    this.file = openSync(path, 'a');
    // A line torn by a crash must not swallow the first line of this run.
    appendFileSync(this.file, '\n');
  }

  write(entry: Record<string, unknown>): void {
    if (this.closed) return;
    if (this.lines.length === 0) setImmediate(() => this.flush());
    this.lines.push(JSON.stringify(entry));
  }

  clear(): void {
    this.lines = [];
    ftruncateSync(this.file);
  }

  close(): void {
    if (this.closed) return;
    this.flush();
    this.closed = true;
    closeSync(this.file);
  }

  // Synchronous, so that no write is still under way when a reset empties the file.
  private flush(): void {
    if (this.lines.length > 0) appendFileSync(this.file, `${this.lines.join('\n')}\n`);
    this.lines = [];
  }
}

/** Opens the journal of a data directory and hands every kept entry to `replay`, oldest first. */
export async function openJournal(
  dataDir: string,
  replay: (entry: Record<string, unknown>) => void,
): Promise<FileJournal> {
  mkdirSync(dataDir, { recursive: true });
  const path = join(dataDir, 'journal.ndjson');
  const journal = new FileJournal(path);
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    const entry = parse(line);
    if (entry) replay(entry);
  }
  return journal;
}

function parse(line: string): Record<string, unknown> | undefined {
  try {
    return line ? (JSON.parse(line) as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
