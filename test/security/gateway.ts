import { fork } from 'node:child_process';
import { join } from 'node:path';
import { documentOf } from '../../src/app.documentation';
import { newId } from '../../src/common/ids';
import { startTestGateway, type TestGateway, type TestGatewayOptions } from '../support/gateway';

/** A method and a pattern, as the server knows them. */
export interface Route {
  method: string;
  pattern: string;
}

/** A request as the sender's thread makes it. */
export interface Sent {
  url: string;
  method: string;
  headers: Record<string, string | string[]>;
  body?: string;
}

/** What a request was answered. */
export interface Answered {
  status: number;
  bytes: number;
  /** The first 16 KB. */
  text: string;
}

/** The same, and the milliseconds of this process's processor time that it took. Other programs on the machine do not count. */
export interface Cost extends Answered {
  ms: number;
}

/** A gateway in this process, and a client in another. */
export interface Watched {
  gateway: TestGateway;
  /** Every route that was registered, the hidden ones too. */
  routes: readonly Route[];
  /** Of a caller with every scope. */
  key: string;
  cost(sent: Sent): Promise<Cost>;
  close(): Promise<void>;
}

/** Starts both. */
export async function startWatched(options: TestGatewayOptions = {}): Promise<Watched> {
  // What Swagger registers before a test can listen to it.
  const routes: Route[] = ['/', '/docs', '/openapi.json'].map((pattern) => ({ method: 'GET', pattern }));
  const gateway = await startTestGateway({
    ...options,
    prepare: (app) => {
      app
        .getHttpAdapter()
        .getInstance()
        .addHook('onRoute', ({ method, url }: { method: string | string[]; url: string }) => {
          for (const one of [method].flat()) if (one !== 'HEAD') routes.push({ method: one, pattern: url });
        });
    },
  });
  const key = await gateway.createKey('hostile', ['payments', 'drop_in', 'admin']);
  const sender = fork(join(__dirname, 'sender.mjs'), { execArgv: [], serialization: 'advanced' });
  const tell = <T>(message: Sent | 'go'): Promise<T> =>
    new Promise((resolve) => {
      sender.once('message', (answer) => resolve(answer as T));
      sender.send(message);
    });
  const cost = async (sent: Sent): Promise<Cost> => {
    await tell(sent);
    const before = process.cpuUsage();
    const answered = await tell<Answered>('go');
    const { user, system } = process.cpuUsage(before);
    return { ms: (user + system) / 1000, ...answered };
  };
  const close = async (): Promise<void> => {
    sender.disconnect();
    await gateway.close();
  };
  return { gateway, routes, key, cost, close };
}

/** The routes of the published document, as the server spells them. */
export async function documented({ app }: TestGateway): Promise<Route[]> {
  const { paths } = await documentOf(app);
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => ({
      method: method.toUpperCase(),
      pattern: path.replaceAll(/\{(\w+)\}/g, ':$1'),
    })),
  );
}

/** An address of a route: its parameters are ids that do not exist. */
export function addressOf({ pattern }: Route): string {
  return pattern.replaceAll(/:\w+/g, () => newId()).replaceAll('*', 'x');
}
