import { connect as dial, createServer, type AddressInfo, type Socket } from 'node:net';
import type { TestDatabase } from './database';

/** A database behind a line that a test can cut, at a point it chooses. */
export interface DatabaseLine {
  /** The database, through the line. */
  database: TestDatabase;
  /** Ends every connection, and lets none in until `mend`. */
  cut(): void;
  mend(): void;
  /**
   * Cuts the connection that is about to run a named statement, once: `before` Postgres sees it, or `after` Postgres has done and committed it but
   * nobody has heard so.
   */
  cutAt(statement: string, when: 'before' | 'after'): void;
  /** Calls `then` when a named statement is on its way to Postgres, once. */
  once(statement: string, then: () => void): void;
  close(): Promise<void>;
}

export async function startDatabaseLine(behind: TestDatabase): Promise<DatabaseLine> {
  const sockets = new Set<Socket>();
  let isCut = false;
  let trap: { statement: string; when: 'before' | 'after' } | undefined;
  let watch: { statement: string; then: () => void } | undefined;
  const target = new URL(behind.url);
  const server = createServer((near) => {
    if (isCut) return void near.destroy();
    const far = dial(Number(target.port), target.hostname);
    let isMute = false;
    near.on('data', (chunk) => {
      if (trap && chunk.includes(trap.statement)) {
        if (trap.when === 'before') near.destroy();
        isMute = true;
        trap = undefined;
      }
      if (watch && chunk.includes(watch.statement)) {
        watch.then();
        watch = undefined;
      }
      if (!near.destroyed) far.write(chunk);
    });
    far.on('data', (chunk) => (isMute ? near.destroy() : near.write(chunk)));
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket.setNoDelay(true));
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(behind.url);
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const cutAll = (): void => sockets.forEach((socket) => socket.destroy());
  return {
    database: { url: url.href, drop: () => behind.drop() },
    cut: () => {
      isCut = true;
      cutAll();
    },
    mend: () => void (isCut = false),
    cutAt: (statement, when) => void (trap = { statement, when }),
    once: (statement, then) => void (watch = { statement, then }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        cutAll();
      }),
  };
}
