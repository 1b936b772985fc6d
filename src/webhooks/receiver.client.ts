import { Injectable } from '@nestjs/common';
import type { OnApplicationShutdown } from '@nestjs/common';
import { Agent } from 'undici';
import type { Dispatcher } from 'undici';
import { AddressGuard } from './address.guard';
import { attemptFault } from './attempt.faults';
import type { OutgoingRequest } from './delivery.forms';
import { MAX_PER_RECEIVER } from './receivers';

/** Of one attempt (contract). */
const ATTEMPT_MS = 15_000;
/** Milliseconds for name, TCP and TLS together, and for a request whose answer does not matter (our choice). */
const CONNECT_MS = 5_000;
const COURTESY_MS = 5_000;
/** Of an answer we keep this much (contract: the first kilobyte). */
const KEPT_BYTES = 1024;
/** A longer answer is read on to here, so that the connection can be used again; then it is cut off. */
const READ_BYTES = 64 * 1024;

/** What came of one attempt. */
export interface AttemptResult {
  httpStatus: number | null;
  /** Why there is no success: a word of ours. null when the status says it all. */
  error: string | null;
  /** The first kilobyte of the answer as text. */
  response: string | null;
  /** The answer's `Retry-After`. */
  retryAfter?: string;
}

/** Makes the HTTP requests to receivers: to public addresses only, for 15 s at most, and never after a redirect. */
@Injectable()
export class ReceiverClient implements OnApplicationShutdown {
  /** Milliseconds of one attempt, all in; tests shrink it. */
  attemptMs = ATTEMPT_MS;

  private readonly agent: Agent;
  private readonly underWay = new Set<AbortController>();

  constructor(private readonly guard: AddressGuard) {
    this.agent = new Agent({
      connections: MAX_PER_RECEIVER,
      connect: { timeout: CONNECT_MS, lookup: guard.lookup },
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.agent.destroy();
  }

  /** One attempt: never rejects, and ends after 15 s at the latest. */
  async attempt(url: string, requests: OutgoingRequest[]): Promise<AttemptResult> {
    // An address in the URL itself is not looked up, so that the lookup of the connection would not see it.
    if (this.guard.faultOf(url)) return { httpStatus: null, error: 'address_refused', response: null };
    const end = performance.now() + this.attemptMs;
    for (const courtesy of requests.slice(0, -1)) await this.exchange(url, courtesy, COURTESY_MS);
    return this.exchange(url, requests.at(-1)!, end - performance.now());
  }

  /** Ends the attempts under way. */
  interrupt(): void {
    for (const exchange of this.underWay) exchange.abort();
  }

  // Not AbortSignal.any: in Node 20 it leaves something behind in a signal that lives as long as the process.
  private async exchange(url: string, request: OutgoingRequest, ms: number): Promise<AttemptResult> {
    const ending = new AbortController();
    const timer = setTimeout(() => ending.abort(new DOMException('', 'TimeoutError')), ms);
    this.underWay.add(ending);
    try {
      return await resultOf(await this.agent.request({ ...target(url), ...request, signal: ending.signal }));
    } catch (error) {
      return { httpStatus: null, error: attemptFault(error), response: null };
    } finally {
      clearTimeout(timer);
      this.underWay.delete(ending);
    }
  }
}

async function resultOf({ statusCode, headers, body }: Dispatcher.ResponseData): Promise<AttemptResult> {
  const response = await beginning(body);
  const retryAfter = headers['retry-after'];
  return {
    httpStatus: statusCode,
    error: statusCode >= 300 && statusCode < 400 ? 'redirect_not_followed' : null,
    response,
    retryAfter: Array.isArray(retryAfter) ? retryAfter[0] : retryAfter,
  };
}

function target(url: string): { origin: string; path: string } {
  const { origin, pathname, search } = new URL(url);
  return { origin, path: pathname + search };
}

// The status has said what became of the delivery: an answer that breaks off or never ends is only kept shorter.
async function beginning(body: Dispatcher.ResponseData['body']): Promise<string> {
  const chunks: Buffer[] = [];
  let read = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      if (read < KEPT_BYTES) chunks.push(chunk.subarray(0, KEPT_BYTES - read));
      read += chunk.length;
      if (read > READ_BYTES) break;
    }
  } catch {
    // What came is kept.
  }
  // Postgres takes no NUL; half a character at the cut becomes a replacement character.
  return Buffer.concat(chunks).toString('utf8').replaceAll('\0', '\uFFFD');
}
