import type { OnApplicationShutdown } from '@nestjs/common';
import type { AxiosAdapter, AxiosResponse, InternalAxiosRequestConfig } from 'axios';
import { Pool } from 'undici';
import type { Dispatcher } from 'undici';

/** Connections per origin: the bulkhead. 10 calls a second that all hang for 10 s fit in it (our choice). */
const CONNECTIONS = 128;
/** Milliseconds for name, TCP and TLS together (our choice); never more than the call's total. */
const CONNECT_MS = 5_000;

/**
 * An exchange without a usable answer. `phase` tells whether a byte of the request may have left. It holds nothing of the
 * request, unlike axios' own errors, whose properties carry the body and with it the apikey.
 */
export class ExchangeFault extends Error {
  constructor(
    readonly phase: 'not_sent' | 'sent',
    /** A word for the log: an error code, `timeout` or `too_large`. */
    readonly reason: string,
    /** What had arrived of the answer before it broke off. */
    readonly head?: AnswerHead,
  ) {
    super(reason);
    this.name = 'ExchangeFault';
  }
}

/** An answer's status, and the two headers that anybody here reads. */
export interface AnswerHead {
  status: number;
  headers: Record<string, string>;
}

/**
 * Hands axios' requests to undici pools, one per origin. `timeout` bounds the whole exchange: waiting for a connection,
 * connecting, and a body that drips included. `maxContentLength` bounds the answer. No redirect is followed and no proxy
 * is taken from the environment. Takes absolute addresses and text bodies only.
 */
export class UndiciAdapter implements OnApplicationShutdown {
  private readonly pools = new Map<string, Pool>();

  /** @param totalMs the total for a request that brings no `timeout`, and undici's own limits */
  constructor(readonly totalMs: number) {}

  readonly adapt: AxiosAdapter = (config) => {
    const { origin, pathname, search } = new URL(config.url ?? '');
    return new Promise((resolve, reject) => {
      const exchange = new Exchange(config, config.timeout || this.totalMs, resolve, reject);
      this.pool(origin).dispatch(
        {
          path: pathname + search,
          method: (config.method ?? 'get').toUpperCase(),
          headers: config.headers.toJSON() as Record<string, string>,
          body: (config.data as string | undefined) ?? null,
        },
        exchange,
      );
    });
  };

  /** Closes idle connections at once and the others after their exchange. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all([...this.pools.values()].map((pool) => pool.close()));
  }

  private pool(origin: string): Pool {
    let pool = this.pools.get(origin);
    if (!pool) {
      const { totalMs } = this;
      pool = new Pool(origin, {
        connections: CONNECTIONS,
        pipelining: 1,
        connect: { timeout: Math.min(CONNECT_MS, totalMs) },
        headersTimeout: totalMs,
        bodyTimeout: totalMs,
        maxHeaderSize: 16_384,
      });
      this.pools.set(origin, pool);
    }
    return pool;
  }
}

class Exchange implements Dispatcher.DispatchHandler {
  private readonly timer: NodeJS.Timeout;
  private readonly deadline: number;
  private controller: Dispatcher.DispatchController | undefined;
  private head: AnswerHead | undefined;
  private chunks: Buffer[] = [];
  private size = 0;
  private settled = false;

  constructor(
    private readonly config: InternalAxiosRequestConfig,
    totalMs: number,
    private readonly resolve: (response: AxiosResponse<string>) => void,
    private readonly reject: (fault: ExchangeFault) => void,
  ) {
    this.deadline = performance.now() + totalMs;
    this.timer = setTimeout(() => this.fail('timeout'), totalMs);
  }

  // undici calls this right before it writes to a connected socket. Whatever fails earlier was not sent.
  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Its time ran out while it waited for a connection: aborted here, not one byte is written. A busy process runs
    // timers late, so the clock is asked too.
    if (performance.now() >= this.deadline) this.fail('timeout');
    if (this.settled) controller.abort(new Error('timeout'));
    else this.controller = controller;
  }

  onResponseStart(_: unknown, status: number, headers: Record<string, string | string[] | undefined>): void {
    this.head = { status, headers: readHeaders(headers) };
  }

  onResponseData(_: unknown, chunk: Buffer): void {
    if (this.settled) return;
    this.size += chunk.length;
    if (this.size > (this.config.maxContentLength ?? Infinity)) this.fail('too_large');
    else this.chunks.push(chunk);
  }

  onResponseEnd(): void {
    if (!this.settle() || !this.head) return;
    const data = this.chunks.length === 1 ? this.chunks[0]!.toString() : Buffer.concat(this.chunks).toString();
    this.resolve({ data, ...this.head, statusText: '', config: this.config });
  }

  onResponseError(_: unknown, error: Error): void {
    this.fail(reasonOf(error));
  }

  private fail(reason: string): void {
    if (!this.settle()) return;
    const fault = new ExchangeFault(this.controller ? 'sent' : 'not_sent', reason, this.head);
    this.chunks = [];
    this.controller?.abort(fault);
    this.reject(fault);
  }

  private settle(): boolean {
    if (this.settled) return false;
    this.settled = true;
    clearTimeout(this.timer);
    return true;
  }
}

function readHeaders(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const read: Record<string, string> = {};
  for (const name of ['content-type', 'retry-after']) {
    const value = headers[name];
    if (value !== undefined) read[name] = Array.isArray(value) ? (value[0] ?? '') : value;
  }
  return read;
}

/** The code of an error, never its message: that may quote what was sent or received. */
function reasonOf(error: Error): string {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code.slice(0, 60) : error.name;
}
