import {
  Agent,
  createServer,
  request,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

/** A replica takes no connection: so long the proxy does not try it again (nginx' `fail_timeout`). */
const FAIL_MS = 10_000;

interface Upstream {
  url: string;
  failedAt: number;
}

/**
 * What stands in front of replicas where nothing probes them, as nginx does with `keepalive 16`: takes turns, keeps idle connections and
 * uses the one that was used last, tries another replica only where no connection could be made, and never sends a POST twice.
 */
export class Proxy {
  /** Requests that were lost on the way: a client got 502. */
  readonly lost: string[] = [];
  url = '';
  private readonly upstreams: Upstream[];
  private readonly agent = new Agent({ keepAlive: true, scheduling: 'lifo', maxFreeSockets: 16 });
  private readonly server: Server;
  private turn = 0;

  constructor(urls: string[]) {
    this.upstreams = urls.map((url) => ({ url, failedAt: -Infinity }));
    this.server = createServer((asked, answer) => void this.pass(asked, answer));
  }

  async start(port = 0): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(port, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
    this.agent.destroy();
  }

  private async pass(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const body = Buffer.concat(await asked.toArray());
    const tried = new Set<Upstream>();
    for (let next = this.next(tried); next; next = this.next(tried)) {
      tried.add(next);
      const fault = await this.send(next, asked, body, answer);
      if (fault === undefined) return;
      next.failedAt = performance.now();
      if (fault !== 'ECONNREFUSED') {
        this.lost.push(`${asked.method} ${asked.url}: ${fault}`);
        break;
      }
    }
    answer.writeHead(502).end();
  }

  // Where all have failed, nginx tries them all again.
  private next(tried: Set<Upstream>): Upstream | undefined {
    const untried = this.upstreams.filter((upstream) => !tried.has(upstream));
    const well = untried.filter(({ failedAt }) => performance.now() - failedAt > FAIL_MS);
    const among = well.length > 0 ? well : untried;
    return among[this.turn++ % among.length];
  }

  /** @returns the code of what went wrong with the connection; undefined: the client has its answer */
  private send(
    to: Upstream,
    asked: IncomingMessage,
    body: Buffer,
    answer: ServerResponse,
  ): Promise<string | undefined> {
    const { method } = asked;
    const headers = withoutHops(asked);
    return new Promise((resolve) => {
      const sent = request(to.url + asked.url, { method, agent: this.agent, headers }, (got) => {
        answer.writeHead(got.statusCode!, withoutHops(got));
        got.pipe(answer).once('finish', () => resolve(undefined));
        got.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
      });
      sent.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
      sent.end(body);
    });
  }
}

// What is said of one connection is not for the next.
function withoutHops({ headers }: IncomingMessage): IncomingHttpHeaders {
  const kept = { ...headers };
  for (const name of ['connection', 'keep-alive', 'transfer-encoding']) delete kept[name];
  return kept;
}
