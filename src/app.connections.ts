import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from 'node:http';
import { Server as Listener, type Socket } from 'node:net';
import { Connection, type Handle, type Neighbours } from './app.connection';
import { pause } from './common/clock';
import { clientOf } from './common/client-address';
import { logWarn } from './common/logger';

/** How many connections there may be, and how long one may stand still. */
export interface ConnectionLimits {
  /** Of one client address; one more ends at once, without an answer. */
  perAddress: number;
  /** In all; one more takes the place of the one that has been idle longest, or ends at once where none is. */
  inAll: number;
  /** Milliseconds without progress in sending an answer after which the connection ends. */
  stallMs: number;
  /** Milliseconds for which a connection may be idle between requests. */
  idleMs: number;
}

/** Milliseconds of a turn of the event loop that go to requests which a client has sent before it had its answer. */
const TURN_MS = 5;
/** libuv accepts one connection in each turn of the event loop: as long as some come, at most so many turns go to nothing else. */
const TURNS_TO_ACCEPT = 50;
/** So many of such requests are worked on at once: their answers often become ready in one moment, and then all are written in it. */
const AT_ONCE = 64;
/** Connections that were refused are told in the log once in so many milliseconds. */
const TELL_MS = 60_000;
const POLL_MS = 20;
/** A turn of the event loop so short that no connection has come in beside it. */
const QUIET_MS = 0.1;
const QUIET_TRIES = 2_000;

/** Why a connection was refused. */
export type Refusal = 'address' | 'all';

const owners = new WeakMap<Server, Connections>();

/** The connections of a server that `Connections` made. */
export function connectionsOf(server: Server): Connections {
  return owners.get(server)!;
}

/** All connections of a server: bounded in number, one request of each at a time, and ended without losing a request. */
export class Connections {
  /** Counts one that was refused. */
  onRefused: (why: Refusal) => void = () => undefined;
  private readonly servers: Server[] = [];
  private readonly all = new Map<Socket, Connection>();
  /** Longest idle first. */
  private readonly idle = new Set<Connection>();
  private readonly byAddress = new Map<string, number>();
  private readonly waiting = new Set<Connection>();
  private readonly untold = new Map<Refusal, number>();
  private isDraining = false;
  /** Those of which such a request is being worked on. */
  private readonly working = new Set<Connection>();
  private isScheduled = false;
  private hasAccepted = false;
  private skipped = 0;

  constructor(private readonly limits: ConnectionLimits) {}

  get count(): number {
    return this.all.size;
  }

  /** A server whose connections are these. */
  createServer(handle: Handle, options: ServerOptions): Server {
    const take = (request: IncomingMessage, answer: ServerResponse): void => {
      const connection = this.all.get(request.socket);
      if (connection) connection.take(request, answer, handle);
      else request.destroy();
    };
    const server = createServer(options, take);
    // An expectation that Node does not know is refused like every fault.
    server.on('checkExpectation', take);
    server.on('connection', (socket: Socket) => this.open(socket));
    server.setTimeout(this.limits.stallMs, (socket: Socket) => this.onTimeout(socket));
    server.keepAliveTimeout = this.limits.idleMs;
    this.servers.push(server);
    owners.set(server, this);
    return server;
  }

  /** What came on a socket cannot be read; `refuse` answers on it. */
  refuse(socket: Socket, refuse: () => void): void {
    const connection = this.all.get(socket);
    if (connection) connection.refuse(refuse);
    else socket.destroy();
  }

  /** From now on every answer says that its connection ends with it, so that a proxy takes it for no further request. */
  beginDrain(): void {
    this.isDraining = true;
    for (const connection of this.all.values()) connection.announceEnd();
  }

  /**
   * Takes no new connections: proxies see it, and go elsewhere. What is idle has so many milliseconds for one more request, and the
   * answer that says that it was the last: a proxy may be sending it just now.
   */
  async endIdle(graceMs: number): Promise<void> {
    this.beginDrain();
    await noneIsBeingAccepted();
    // Not the HTTP server's own close: it ends idle connections at once.
    for (const server of this.servers) Listener.prototype.close.call(server);
    const until = performance.now() + graceMs;
    while (this.idle.size > 0 && performance.now() < until) await pause(POLL_MS);
  }

  /** Ends connections that never sent a request. Browsers open such in advance, and Node would wait for their headers. */
  endUnused(): void {
    for (const connection of this.idle) if (!connection.isUsed) connection.socket.destroy();
  }

  private open(socket: Socket): void {
    this.hasAccepted = true;
    const address = clientOf({ ip: socket.remoteAddress ?? '' });
    const before = this.byAddress.get(address) ?? 0;
    if (before >= this.limits.perAddress) return this.turnAway(socket, 'address');
    if (this.all.size >= this.limits.inAll && !this.makeRoom()) return this.turnAway(socket, 'all');
    this.byAddress.set(address, before + 1);
    const connection = new Connection(socket, this.neighbours, () => this.isDraining);
    this.all.set(socket, connection);
    socket.once('close', () => this.onClosed(connection, address));
  }

  private onClosed(connection: Connection, address: string): void {
    connection.giveUp();
    this.all.delete(connection.socket);
    this.idle.delete(connection);
    this.waiting.delete(connection);
    this.working.delete(connection);
    const left = this.byAddress.get(address)! - 1;
    if (left > 0) this.byAddress.set(address, left);
    else this.byAddress.delete(address);
  }

  private makeRoom(): boolean {
    const [longest] = this.idle;
    if (!longest) return false;
    this.all.delete(longest.socket);
    this.idle.delete(longest);
    longest.socket.destroy();
    return true;
  }

  private turnAway(socket: Socket, why: Refusal): void {
    socket.destroy();
    this.onRefused(why);
    const untold = this.untold.get(why);
    this.untold.set(why, (untold ?? 0) + 1);
    if (untold !== undefined) return;
    this.tell(why);
    setTimeout(() => {
      this.tell(why);
      this.untold.delete(why);
    }, TELL_MS).unref();
  }

  private tell(why: Refusal): void {
    const count = this.untold.get(why)!;
    this.untold.set(why, 0);
    if (count > 0) logWarn('connections were refused: there are too many', { reason: why, count });
  }

  private onTimeout(socket: Socket): void {
    const connection = this.all.get(socket);
    // An answer that is still being worked on may take its time: nothing of it waits to be sent.
    if (connection?.isBusy && socket.writableLength === 0) return;
    socket.destroy();
  }

  private readonly neighbours: Neighbours = {
    busy: (connection) => this.idle.delete(connection),
    idle: (connection) => {
      this.idle.add(connection);
      this.working.delete(connection);
    },
    queue: (connection) => {
      this.working.delete(connection);
      this.waiting.add(connection);
      this.schedule();
    },
  };

  private schedule(): void {
    if (this.isScheduled || this.waiting.size === 0) return;
    this.isScheduled = true;
    if (this.working.size < AT_ONCE) setImmediate(() => void this.takeTurns());
    else setTimeout(() => void this.takeTurns(), POLL_MS);
  }

  // Clients that wait for their answers are served between two turns of those that do not.
  private async takeTurns(): Promise<void> {
    this.skipped = this.hasAccepted && this.skipped < TURNS_TO_ACCEPT ? this.skipped + 1 : 0;
    this.hasAccepted = false;
    const until = performance.now() + TURN_MS;
    for (const connection of this.working) if (!connection.isWorking) this.working.delete(connection);
    for (const connection of this.skipped > 0 ? [] : this.waiting) {
      if (this.working.size >= AT_ONCE) break;
      this.waiting.delete(connection);
      connection.goOn();
      // What it does at once, promises included, is part of the turn.
      await new Promise((resolve) => process.nextTick(resolve));
      if (connection.isWorking) this.working.add(connection);
      if (performance.now() >= until) break;
    }
    this.isScheduled = false;
    this.schedule();
  }
}

// The system accepts connections before we do: one that is not handed to us yet would be cut off when we stop listening.
async function noneIsBeingAccepted(): Promise<void> {
  for (let tries = 0; tries < QUIET_TRIES; tries++) {
    const from = performance.now();
    await new Promise(setImmediate);
    if (performance.now() - from < QUIET_MS) return;
  }
}
