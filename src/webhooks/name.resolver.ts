import type { LookupAddress } from 'node:dns';
import { lookup, Resolver } from 'node:dns/promises';

/** Milliseconds for a name server's answer, and how often it is asked; the second time is twice as long (our choice). */
const ANSWER = { timeout: 1_000, tries: 2 };
/** How long a name may wait until the system is asked about it (our choice: as long as a connection may take). */
const TURN_MS = 5_000;
/** There is no such name, or no name server at all: the hosts file or a search domain may still know it. */
const NOT_THERE = new Set(['ENOTFOUND', 'ENODATA', 'ECONNREFUSED']);

/**
 * From names to addresses, without keeping others waiting. Node asks the system in two threads, for as long as a name server
 * likes to keep it; calls to CinetPay need them too. So name servers are asked directly, which takes no thread, and the system
 * only about what they say is not there, and about names that no stranger's name server can hold up: those without a dot,
 * and the hosts that an operator has named. One name at a time.
 */
export class NameResolver {
  /** As the system does it, hosts file and search domains included. */
  system = (host: string): Promise<LookupAddress[]> => lookup(host, { all: true });

  private turn: Promise<unknown> = Promise.resolve();

  /**
   * @param named the hosts of `WEBHOOK_ALLOW_PRIVATE`
   * @param servers left out, those of the system
   */
  constructor(
    private readonly named: ReadonlySet<string>,
    private readonly servers?: readonly string[],
  ) {}

  /** @throws Error with code ENOTFOUND or EAI_AGAIN */
  async resolve(host: string): Promise<LookupAddress[]> {
    const isLocal = this.named.has(host) || !host.includes('.') || host.endsWith('.localhost');
    const found = isLocal ? [] : await this.byNameServer(host);
    return found.length > 0 ? found : this.bySystem(host);
  }

  // A resolver for each name: it reads which servers there are, and they change while a process lives.
  private async byNameServer(host: string): Promise<LookupAddress[]> {
    const resolver = new Resolver(ANSWER);
    if (this.servers) resolver.setServers(this.servers);
    const [v4, v6] = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
    const found = [...addressesOf(v4, 4), ...addressesOf(v6, 6)];
    if (found.length === 0 && ![v4, v6].every(isNotThere)) throw unresolved();
    return found;
  }

  private bySystem(host: string): Promise<LookupAddress[]> {
    const until = performance.now() + TURN_MS;
    const asked = this.turn.then(() => {
      if (performance.now() > until) throw unresolved();
      return this.system(host);
    });
    this.turn = asked.catch(() => undefined);
    return asked;
  }
}

function addressesOf(result: PromiseSettledResult<string[]>, family: 4 | 6): LookupAddress[] {
  return result.status === 'fulfilled' ? result.value.map((address) => ({ address, family })) : [];
}

function isNotThere(result: PromiseSettledResult<string[]>): boolean {
  return result.status === 'fulfilled' || NOT_THERE.has((result.reason as NodeJS.ErrnoException).code ?? '');
}

function unresolved(): Error {
  return Object.assign(new Error('the name was not resolved in time'), { code: 'EAI_AGAIN' });
}
