import { connect, type Socket } from 'node:net';
import { isWhole } from '../http-message';

/** What came back for one request. */
export interface Response {
  status: number;
  /** The whole answer, headers and body. */
  bytes: Buffer;
}

/** One keep-alive connection with one request on its way at a time. */
export class Connection {
  private readonly socket: Socket;
  private kept: Buffer | undefined;
  private done: ((response: Response) => void) | undefined;
  private broken: (error: Error) => void = () => undefined;

  private constructor(port: number) {
    this.socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.socket.on('data', (chunk: Buffer) => this.read(chunk));
    this.socket.on('error', (error) => this.broken(error));
    this.socket.on('close', () => this.broken(new Error('the server closed a connection')));
  }

  static open(port: number): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const connection = new Connection(port);
      connection.broken = reject;
      connection.socket.once('connect', () => resolve(connection));
    });
  }

  /** @param broken what becomes of the request when the connection breaks */
  send(request: string, done: (response: Response) => void, broken: (error: Error) => void): void {
    this.done = done;
    this.broken = broken;
    this.socket.write(request, 'latin1');
  }

  close(): void {
    this.broken = () => undefined;
    this.socket.destroy();
  }

  private read(chunk: Buffer): void {
    const bytes = this.kept ? Buffer.concat([this.kept, chunk]) : chunk;
    try {
      this.kept = isWhole(bytes) ? undefined : bytes;
    } catch (error) {
      return this.broken(error as Error);
    }
    if (this.kept === undefined) this.done?.({ status: Number(bytes.toString('latin1', 9, 12)), bytes });
  }
}
