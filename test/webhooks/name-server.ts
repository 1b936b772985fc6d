import { createSocket } from 'node:dgram';

/** The IPv4 address of a name; null: there is no such name; undefined: no answer at all. */
export type Zone = (name: string) => string | null | undefined;

export interface NameServer {
  /** As `setServers` takes it. */
  address: string;
  close(): Promise<void>;
}

/** A name server on loopback that knows IPv4 only. */
export async function startNameServer(zone: Zone): Promise<NameServer> {
  const socket = createSocket('udp4');
  socket.on('message', (question, { port }) => {
    const { name, end } = nameIn(question);
    const answer = zone(name);
    if (answer === undefined) return;
    const isA = question.readUInt16BE(end) === 1;
    const record = isA && answer !== null ? recordOf(answer) : Buffer.alloc(0);
    const head = Buffer.from(question.subarray(0, 12));
    head.writeUInt16BE(answer === null ? 0x8183 : 0x8180, 2);
    head.writeUInt16BE(record.length > 0 ? 1 : 0, 6);
    head.writeUInt32BE(0, 8);
    socket.send(Buffer.concat([head, question.subarray(12, end + 4), record]), port, '127.0.0.1');
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const { port } = socket.address();
  return {
    address: `127.0.0.1:${port}`,
    close: () => new Promise((resolve) => void socket.close(() => resolve())),
  };
}

// Labels, each behind its length, until one of no length; then come two bytes of type and two of class.
function nameIn(question: Buffer): { name: string; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = question.readUInt8(at); length > 0; length = question.readUInt8(at)) {
    labels.push(question.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.'), end: at + 1 };
}

// A pointer to the name asked for, type A, class IN, a minute to live, four bytes.
function recordOf(address: string): Buffer {
  return Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, ...address.split('.').map(Number)]);
}
