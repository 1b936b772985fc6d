import type { Exchange, Reply } from './exchange';

/** Answers by returning a reply, or by itself (then it returns nothing). */
export type Handler = (exchange: Exchange) => Promise<Reply | void> | Reply | void;

interface Route {
  method: string;
  pattern: RegExp;
  handler: Handler;
}

/** A table of routes; `:name` in a path stands for one segment. */
export class Router {
  private readonly routes: Route[] = [];

  on(method: string, path: string, handler: Handler): this {
    const pattern = new RegExp(`^${path.replaceAll(/:\w+/g, '([^/]+)')}/?$`);
    this.routes.push({ method, pattern, handler });
    return this;
  }

  /** The handler of a request and its path's parts; the methods the path does know where this one is not among them. */
  find(method: string, pathname: string): { handler: Handler; params: string[] } | { allowed: string[] } {
    const allowed: string[] = [];
    for (const route of this.routes) {
      const match = route.pattern.exec(pathname);
      if (!match) continue;
      if (route.method === method) return { handler: route.handler, params: match.slice(1).map(decode) };
      allowed.push(route.method);
    }
    return { allowed };
  }
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
