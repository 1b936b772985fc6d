import type { Socket } from 'node:net';
import { Client } from 'pg';
import type { Named } from '../b/statements';

const READY = 0x5a;
const ERROR = 0x45;

/**
 * A connection that sends prepared statements in ready-made bytes and reads no more of an answer than where it ends: what pgbench does.
 * node-postgres opens it and prepares; then its socket is ours.
 */
export class WireConnection {
  private readonly socket: Socket;
  private kept: Buffer = Buffer.alloc(0);
  private done: (() => void) | undefined;
  private failed: ((error: Error) => void) | undefined;

  private constructor(client: Client) {
    this.socket = (client as unknown as { connection: { stream: Socket } }).connection.stream;
    this.socket.removeAllListeners('data').on('data', (chunk: Buffer) => this.read(chunk));
  }

  /** @param prepared each with values that it can be run with once, to be prepared */
  static async open(url: string, prepared: [Named, unknown[]][]): Promise<WireConnection> {
    const client = new Client({ connectionString: url });
    client.on('error', () => undefined);
    await client.connect();
    for (const [statement, values] of prepared) await client.query({ ...statement, values });
    return new WireConnection(client);
  }

  /** Runs a statement once. */
  run(message: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      this.done = resolve;
      this.failed = reject;
      this.socket.write(message);
    });
  }

  close(): void {
    this.socket.destroy();
  }

  private read(chunk: Buffer): void {
    let bytes = this.kept.length > 0 ? Buffer.concat([this.kept, chunk]) : chunk;
    while (bytes.length >= 5) {
      const whole = 1 + bytes.readUInt32BE(1);
      if (bytes.length < whole) break;
      if (bytes[0] === ERROR) this.failed?.(new Error(bytes.toString('utf8', 5, whole)));
      if (bytes[0] === READY) this.done?.();
      bytes = bytes.subarray(whole);
    }
    this.kept = bytes;
  }
}

/** Bind, Execute and Sync of a prepared statement, with its values as text (the PostgreSQL manual, "Message Formats"). */
export function messageOf({ name }: Named, values: string[]): Buffer {
  const parameters = values.flatMap((value) => [int32(Buffer.byteLength(value)), Buffer.from(value)]);
  const counts = [int16(0), int16(values.length), ...parameters, int16(0)];
  const bind = framed('B', Buffer.concat([Buffer.from(`\0${name}\0`), ...counts]));
  return Buffer.concat([bind, framed('E', Buffer.concat([Buffer.from('\0'), int32(0)])), framed('S', Buffer.alloc(0))]);
}

function framed(type: string, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from(type), int32(content.length + 4), content]);
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}
