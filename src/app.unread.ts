import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { PATIENCE_BYTES } from './app.bodies';
import { hasBody } from './common/request-body';

/** How long a sender may take, in milliseconds, to read an answer that came before the end of its request. */
const LINGER_MS = 2_000;

/** Ends a connection with its answer where the request was answered before all of it was read: nothing of the rest is parsed. */
export function endUnreadRequests(fastify: FastifyInstance): void {
  fastify.addHook('onSend', (request, reply, payload, done) => {
    endIfUnread(request.raw, reply);
    done(null, payload);
  });
}

/** The same for an answer that no hook sees. */
export function endIfUnread(request: IncomingMessage, reply: FastifyReply): void {
  if (!hasBody(request) || request.readableEnded) return;
  // What has all come is let go, and the connection goes on.
  if (request.complete) return void request.resume();
  void reply.header('Connection', 'close');
  lingerAfterwards(request.socket);
}

// A socket that is closed with bytes unread answers them with a reset, and a sender that is still sending loses our answer.
function lingerAfterwards(socket: Socket): void {
  socket.destroySoon = () => {
    let seen = 0;
    const timer = setTimeout(() => socket.destroy(), LINGER_MS).unref();
    socket.once('close', () => clearTimeout(timer));
    socket.removeAllListeners('data').removeAllListeners('end');
    socket.on('data', (chunk: Buffer) => {
      seen += chunk.length;
      if (seen > PATIENCE_BYTES) socket.destroy();
    });
    socket.once('end', () => socket.destroy());
    socket.end();
    socket.resume();
  };
}
