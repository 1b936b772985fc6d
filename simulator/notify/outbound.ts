import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Answered } from '../state/ledger';

/** What leaves towards a merchant. */
export interface Outgoing {
  method: 'GET' | 'POST';
  url: string;
  headers: Record<string, string>;
  body: string;
  timeout_ms: number;
}

/** Sends requests to merchants and says how they answered; follows no redirect, throws nothing. */
export class Outbound {
  private readonly http = new HttpAgent({ keepAlive: true, maxFreeSockets: 256 });
  private readonly https = new HttpsAgent({ keepAlive: true, maxFreeSockets: 256 });

  /** The answer's HTTP status, or 'none' when there was no whole answer in time. */
  async send(outgoing: Outgoing): Promise<Answered> {
    // A kept connection may have been closed by the other side just now: that says nothing about the merchant.
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      const answered = await this.attempt(outgoing).catch((): Answered => 'none');
      if (answered !== 'stale') return answered;
    }
    return 'none';
  }

  close(): void {
    this.http.destroy();
    this.https.destroy();
  }

  private attempt(outgoing: Outgoing): Promise<Answered | 'stale'> {
    return new Promise((resolve) => {
      const secure = outgoing.url.startsWith('https:');
      const open = secure ? httpsRequest : httpRequest;
      const request = open(outgoing.url, {
        method: outgoing.method,
        agent: secure ? this.https : this.http,
        headers: { 'User-Agent': 'CinetPay-Simulator', ...outgoing.headers },
        signal: AbortSignal.timeout(outgoing.timeout_ms),
      });
      request.on('response', (response) => {
        response.resume();
        response.once('end', () => resolve(response.statusCode ?? 'none'));
        response.once('close', () => resolve('none'));
      });
      request.on('error', (error: NodeJS.ErrnoException) => {
        resolve(request.reusedSocket && error.code === 'ECONNRESET' ? 'stale' : 'none');
      });
      request.end(outgoing.body);
    });
  }
}
