// A client that asks for `/health/live` every 50 ms, each time over a new connection. Arguments: URL, milliseconds. It prints how long each
// answer took, in milliseconds, as JSON.
import { get } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

const [url, milliseconds] = process.argv.slice(2);
const times = [];
const until = performance.now() + Number(milliseconds);
while (performance.now() < until) {
  const from = performance.now();
  await new Promise((resolve, reject) => {
    get(`${url}/health/live`, { agent: false }, (answer) => answer.resume().once('end', resolve)).once('error', reject);
  });
  times.push(performance.now() - from);
  await pause(50);
}
process.stdout.write(JSON.stringify(times));
