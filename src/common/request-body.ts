import type { IncomingMessage } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { Problem } from './problem';

/** Largest body we read, in bytes (our choice; the largest order is below 10 KB). */
export const BODY_LIMIT = 64 * 1024;
/** What we read of a body, in bytes, before a valid key is known (our choice: an order has it in its first lines). */
export const HEAD_LIMIT = 16 * 1024;

/** A request whose body is read by us, when it is known whose it is. */
export interface BodyRequest extends FastifyRequest {
  /** The header `Content-Type`, which the framework does not get to see. */
  contentType?: string;
  /** What of the body has been read; see `bodyOf`. */
  reading?: RequestBody;
  /** Says whether its address has sent too many without a valid key. Asked before work that only explains a fault. */
  limits?: { isOver(request: FastifyRequest): boolean };
}

/** The body of a request, one for all who read from it. */
export function bodyOf(request: BodyRequest): RequestBody {
  return (request.reading ??= new RequestBody(request.raw));
}

/** Whether a request brings a body, empty or not. */
export function hasBody({ headers }: IncomingMessage): boolean {
  const length = headers['content-length'];
  return headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}

// A few bytes of it could become gigabytes of ours; the largest order is below 10 KB in any case.
function refuseCompressed({ headers }: IncomingMessage): void {
  if (!/^(?:identity)?$/i.test(headers['content-encoding']?.trim() ?? ''))
    throw new Problem(
      'unsupported_media_type',
      'Send the body as it is, without Content-Encoding: it is not unpacked.',
    );
}

export function bodyTooLarge(): Problem {
  return new Problem('payload_too_large', `A body may have at most ${BODY_LIMIT / 1024} KB.`);
}

/** A body that is read only as far as is asked for. */
export class RequestBody {
  private readonly chunks: Buffer[] = [];
  private size = 0;
  private isOver: boolean;

  constructor(private readonly payload: IncomingMessage) {
    this.isOver = !hasBody(payload);
  }

  /** All of it has been read. */
  get isWhole(): boolean {
    return this.isOver;
  }

  /** It says of itself that it is larger than what we read. */
  get isTooLarge(): boolean {
    return Number(this.payload.headers['content-length'] ?? 0) > BODY_LIMIT;
  }

  /**
   * Reads on to its end, or until more than `limit` bytes are there.
   * @returns what has been read so far, at least `limit` bytes unless it is whole
   * @throws Problem `malformed_request` where it ends before it is whole, `unsupported_media_type` where it is compressed
   */
  async readTo(limit: number): Promise<Buffer> {
    refuseCompressed(this.payload);
    if (!this.isOver && this.size <= limit) await this.readMore(limit);
    return this.chunks.length === 1 ? this.chunks[0]! : Buffer.concat(this.chunks);
  }

  // Not an async iterator: leaving one early ends the socket.
  private readMore(limit: number): Promise<void> {
    const { payload } = this;
    return new Promise((resolve, reject) => {
      const onData = (chunk: Buffer): void => {
        this.chunks.push(chunk);
        this.size += chunk.length;
        if (this.size <= limit) return;
        stop();
        payload.pause();
        resolve();
      };
      const onEnd = (): void => {
        stop();
        this.isOver = true;
        resolve();
      };
      const onBroken = (): void => {
        stop();
        reject(new Problem('malformed_request', 'The body ended before it was whole.'));
      };
      const stop = (): void => {
        payload.off('data', onData).off('end', onEnd).off('error', onBroken).off('close', onBroken);
        payload.on('error', () => undefined);
      };
      // Between two reads: nothing was left, or its sender has.
      if (payload.readableEnded) return onEnd();
      if (payload.destroyed) return onBroken();
      payload.on('data', onData).once('end', onEnd).once('error', onBroken).once('close', onBroken);
      payload.resume();
    });
  }

  /** The whole of it. @throws Problem `payload_too_large`, `malformed_request` */
  async readWhole(): Promise<Buffer> {
    if (this.isTooLarge) throw bodyTooLarge();
    const bytes = await this.readTo(BODY_LIMIT);
    if (!this.isWhole || this.size > BODY_LIMIT) throw bodyTooLarge();
    return bytes;
  }
}
