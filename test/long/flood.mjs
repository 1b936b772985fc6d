// A client that sends many requests on each of its connections without waiting for an answer. Arguments: URL, connections, and whether it
// reads; standard input: the bytes that each connection sends. It says `sent` when all have, and goes on until it is ended.
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';

const [url, connections, reads] = process.argv.slice(2);
const bytes = readFileSync(0);
const { port, hostname } = new URL(url);
const open = () =>
  new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => resolve(socket));
    socket.once('error', reject);
  });
const sockets = await Promise.all(Array.from({ length: Number(connections) }, open));
for (const socket of sockets) {
  socket.on('error', () => undefined);
  if (reads === 'true') socket.resume();
  else socket.pause();
  socket.write(bytes);
}
process.stdout.write('sent\n');
