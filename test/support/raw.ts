import { connect, type Socket } from 'node:net';

/** A bare connection to a gateway: what no HTTP client would send. */
export class RawClient {
  text = '';
  readonly ended: Promise<string>;
  private constructor(readonly socket: Socket) {
    socket.on('data', (chunk: Buffer) => (this.text += chunk.toString('latin1')));
    socket.on('error', () => undefined);
    this.ended = new Promise((resolve) => socket.once('close', () => resolve(this.text)));
  }

  static open(url: string): Promise<RawClient> {
    const { port, hostname } = new URL(url);
    const socket = connect(Number(port), hostname);
    const client = new RawClient(socket);
    return new Promise((resolve, reject) => {
      socket.once('error', reject).once('connect', () => resolve(client));
    });
  }

  send(text: string): this {
    this.socket.write(text, 'latin1');
    return this;
  }

  /** The statuses of the answers, in their order. */
  statuses(): number[] {
    return [...this.text.matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => Number(status));
  }

  /** The values of a header, in the order of the answers. */
  header(name: string): string[] {
    return [...this.text.matchAll(new RegExp(`^${name}: (.*)\\r$`, 'gim'))].map(([, value]) => value!);
  }
}

/** Sends this and waits for the end of the connection. @returns what came */
export async function sendRaw(url: string, text: string): Promise<string> {
  return (await RawClient.open(url)).send(text).ended;
}
