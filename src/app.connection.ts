import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Gives a request to the application. */
export type Handle = (request: IncomingMessage, answer: ServerResponse) => void;

/** What a connection tells the others. */
export interface Neighbours {
  /** It works on a request. */
  busy(connection: Connection): void;
  /** It waits for a request. */
  idle(connection: Connection): void;
  /** It has more to do already: `goOn` is called when it is its turn. */
  queue(connection: Connection): void;
}

/** Least bytes of a piece that the parser gets. The shortest request has some 20: a piece holds few, and costs little beside them. */
const PIECE_BYTES = 64;
/** The same inside a body whose length is not known. */
const BODY_PIECE_BYTES = 512;
const BLANK_LINE = Buffer.from('\n\r\n');
const NOTHING = Buffer.alloc(0);

/**
 * One client's connection. HTTP/1.1 lets a client send many requests without waiting, and Node parses and hands on all of them at
 * once. Here one is worked on at a time: the bytes behind it wait unparsed, and the socket unread, until its answer is written.
 */
export class Connection {
  /** It has sent a request before. */
  isUsed = false;
  private rest: Buffer = NOTHING;
  private last: IncomingMessage | undefined;
  /** Of the last request's body. Not a number: its length is not known. */
  private bodyLeft = 0;
  private answer: ServerResponse | undefined;
  /** What came in one piece with the end of the request before: one or two. */
  private readonly held: [IncomingMessage, ServerResponse, Handle][] = [];
  private isQueued = false;
  private isPaused = false;
  private hasEnded = false;
  private refuseAfterwards: (() => void) | undefined;
  private isOver = false;
  private readonly parse: (piece: Buffer) => void;
  private readonly parseEnd: () => void;

  /** @param isDraining whether an answer has to say that the connection ends with it */
  constructor(
    readonly socket: Socket,
    private readonly neighbours: Neighbours,
    private readonly isDraining: () => boolean,
  ) {
    this.parse = takeListener(socket, 'data', (chunk: Buffer) => this.receive(chunk));
    this.parseEnd = takeListener(socket, 'end', () => this.end());
    // Node's own parser does not go on before that either.
    socket.on('drain', () => this.rest.length > 0 && this.feed());
    neighbours.idle(this);
  }

  /** An answer is being worked on, and none of it is there yet. */
  get isWorking(): boolean {
    return this.answer?.headersSent === false;
  }

  /** An answer is being worked on or written. */
  get isBusy(): boolean {
    return this.answer !== undefined;
  }

  /** A request of this connection. It is worked on at once, or after the one before. */
  take(request: IncomingMessage, answer: ServerResponse, handle: Handle): void {
    this.isUsed = true;
    this.last = request;
    const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
    this.bodyLeft = encoding === undefined ? Number(length ?? 0) : NaN;
    if (this.answer) this.held.push([request, answer, handle]);
    else this.work(request, answer, handle);
  }

  /** It is this connection's turn again. */
  goOn(): void {
    this.isQueued = false;
    const next = this.isOver ? undefined : this.held.shift();
    if (next) this.work(...next);
    this.feed();
  }

  /** The answer that is being worked on says that the connection ends with it. */
  announceEnd(): void {
    if (this.answer && !this.answer.headersSent) this.answer.setHeader('Connection', 'close');
  }

  /** What came cannot be read. `refuse` answers on the bare socket: never into the middle of an answer, nor before one that is owed. */
  refuse(refuse: () => void): void {
    this.giveUp();
    if (!this.answer) return refuse();
    if (this.last?.complete) this.refuseAfterwards = refuse;
    else if (this.answer.headersSent) this.socket.destroySoon();
    else refuse();
  }

  /** Nothing more of it is read. */
  giveUp(): void {
    this.isOver = true;
    this.rest = NOTHING;
    this.held.length = 0;
    if (!this.isPaused) return;
    this.isPaused = false;
    this.socket.resume();
  }

  private work(request: IncomingMessage, answer: ServerResponse, handle: Handle): void {
    this.answer = answer;
    this.neighbours.busy(this);
    if (this.isDraining()) answer.setHeader('Connection', 'close');
    answer.once('close', this.onAnswered);
    handle(request, answer);
  }

  private readonly onAnswered = (): void => {
    this.answer = undefined;
    if (this.refuseAfterwards && this.socket.writable) return this.refuseAfterwards();
    if (!this.isAlive()) return this.giveUp();
    if (this.held.length > 0 || this.rest.length > 0) return this.queue();
    this.neighbours.idle(this);
    this.settle();
  };

  private receive(chunk: Buffer): void {
    if (this.isOver) return;
    this.rest = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    if (this.isBurst()) this.queue();
    else this.feed();
  }

  // Several requests at once, where none is being worked on. Blank lines may also be those of one request's body.
  private isBurst(): boolean {
    if (this.isQueued || this.answer || this.last?.complete === false) return false;
    const end = this.rest.indexOf(BLANK_LINE) + BLANK_LINE.length;
    if (end < BLANK_LINE.length || !this.rest.includes(BLANK_LINE, end)) return false;
    const head = this.rest.toString('latin1', 0, end);
    const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
    return this.rest.length > end + length && !/^transfer-encoding:/im.test(head);
  }

  private queue(): void {
    this.isQueued = true;
    this.neighbours.busy(this);
    this.neighbours.queue(this);
    this.settle();
  }

  // The parser must not be touched once its socket has ended: it may serve another by then.
  private feed(): void {
    while (this.rest.length > 0 && this.isAlive() && !this.mustWait()) {
      const length = this.pieceLength();
      const piece = this.rest.subarray(0, length);
      this.rest = this.rest.subarray(length);
      this.bodyLeft -= length;
      this.parse(piece);
    }
    if (!this.isAlive()) return this.giveUp();
    this.settle();
  }

  // Ends at a blank line, as a request's head does, so that it holds the end of few.
  private pieceLength(): number {
    const isInBody = this.last?.complete === false;
    if (isInBody && this.bodyLeft > 0) return Math.min(this.bodyLeft, this.rest.length);
    const end = this.rest.indexOf(BLANK_LINE, isInBody ? BODY_PIECE_BYTES : PIECE_BYTES - BLANK_LINE.length);
    return end < 0 ? this.rest.length : end + BLANK_LINE.length;
  }

  private mustWait(): boolean {
    if (this.isQueued || (this.socket as Socket & { _paused?: boolean })._paused) return true;
    return this.answer !== undefined && (this.held.length > 0 || this.last!.complete);
  }

  private isAlive(): boolean {
    return !this.isOver && !this.socket.destroyed && this.socket.writable;
  }

  // Reads on, or not, by what is left.
  private settle(): void {
    const mustPause = this.rest.length > 0;
    if (mustPause !== this.isPaused) {
      this.isPaused = mustPause;
      if (mustPause) this.socket.pause();
      else this.socket.resume();
    } else if (mustPause) this.socket.pause();
    if (this.hasEnded && !mustPause && !this.mustWait()) this.endNow();
  }

  // A client that has nothing more to say still gets its answers.
  private end(): void {
    this.hasEnded = true;
    if (!this.mustWait() && this.rest.length === 0) this.endNow();
  }

  private endNow(): void {
    this.hasEnded = false;
    if (this.isAlive()) this.parseEnd();
  }
}

// Takes the place of the listener that Node's HTTP server has put there.
function takeListener<T extends unknown[]>(
  socket: Socket,
  event: 'data' | 'end',
  ours: (...args: T) => void,
): (...args: T) => void {
  const theirs = socket.listeners(event).at(-1) as (...args: T) => void;
  socket.on(event, ours);
  socket.removeListener(event, theirs);
  return theirs;
}
