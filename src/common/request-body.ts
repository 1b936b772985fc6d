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

/** A request that remembers what it said of its body. */
interface Incoming extends IncomingMessage {
  /** Bytes, 0 where it has none; undefined until it was hidden. */
  hiddenLength?: number;
}

/** The body comes in pieces, and how many is not known. */
const UNKNOWN = -1;

function lengthOf({ hiddenLength, headers }: Incoming): number {
  if (hiddenLength !== undefined) return hiddenLength;
  return headers['transfer-encoding'] === undefined ? Number(headers['content-length'] ?? 0) : UNKNOWN;
}

/** Whether a request brings a body. */
export function hasBody(request: Incoming): boolean {
  return lengthOf(request) !== 0;
}

/**
 * Hides from the framework that a request has a body.
 * @returns its content type
 */
export function hideBody(request: Incoming): string | undefined {
  const { headers } = request;
  const contentType = headers['content-type'];
  request.hiddenLength = lengthOf(request);
  // Not deleted: that would make each later look at the headers slower.
  if (contentType !== undefined) headers['content-type'] = undefined;
  if (headers['content-length'] !== undefined) headers['content-length'] = undefined;
  if (headers['transfer-encoding'] !== undefined) headers['transfer-encoding'] = undefined;
  return contentType;
}

// A few bytes of it could become gigabytes of ours; the largest order is below 10 KB in any case.
function refuseCompressed({ headers }: IncomingMessage): void {
  if (!/^(?:identity)?$/i.test(headers['content-encoding']?.trim() ?? ''))
    throw new Problem(
      'unsupported_media_type',
      'Send the body as it is, without Content-Encoding: it is not unpacked.',
    );
}

export function bodyTooLarge(limit = BODY_LIMIT): Problem {
  return new Problem('payload_too_large', `A body may have at most ${limit / 1024} KB.`);
}

/** A body that is read only as far as is asked for. */
export class RequestBody {
  private chunks: Buffer[] = [];
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
    return lengthOf(this.payload) > BODY_LIMIT;
  }

  /**
   * Reads on to its end, or until more than `limit` bytes are there.
   * @returns what has been read so far, at least `limit` bytes unless it is whole
   * @throws Problem `malformed_request` where it ends before it is whole, `unsupported_media_type` where it is compressed
   */
  async readTo(limit: number): Promise<Buffer> {
    refuseCompressed(this.payload);
    if (!this.isOver && this.size <= limit) await this.readMore(limit);
    const [first] = this.chunks;
    // What came in one piece is not copied.
    if (first && (this.chunks.length === 1 || first.length > limit)) return first;
    return Buffer.concat(this.chunks);
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

  /** Lets go of what has been read: buffers that live as long as their request are what makes the garbage collector work most. */
  release(): void {
    this.chunks = [];
  }

  /** The whole of it, once. @throws Problem `payload_too_large`, `malformed_request` */
  async readWhole(limit = BODY_LIMIT): Promise<Buffer> {
    if (lengthOf(this.payload) > limit) throw bodyTooLarge(limit);
    const bytes = await this.readTo(limit);
    this.release();
    if (!this.isWhole || this.size > limit) throw bodyTooLarge(limit);
    return bytes;
  }
}
