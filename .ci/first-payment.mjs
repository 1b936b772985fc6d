// What the README promises a new user, by its own commands: the sandbox starts, an order is paid, everything stops, and the payment is
// still there the next time. Runs in the checkout it lies in; fails with the first promise that is not kept.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

const PORTS = { PORT: '3900', SIMULATOR_PORT: '3901' };

const first = await startSandbox(90_000);
const { gateway_url, simulator_url, api_key } = JSON.parse(readFileSync('.data/sandbox.json', 'utf8'));
const order = {
  amount: 2500,
  currency: 'XOF',
  description: 'Order 1234',
  return_url: 'https://shop.example/thanks',
};
const created = await call('POST', '/v1/payments', order);
demand(created.status === 201 && created.body.payment_url, `the order was answered ${created.status}`);
const id = created.body.transaction_id;
demand((await fetch(created.body.payment_url)).status === 200, 'the counter does not open');
await fetch(`${simulator_url}/_sim/transactions/${id}/pay`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ payment_method: 'OM' }),
});
await within(2_000, 'the payment is not accepted', async () => (await payment(id)).status === 'accepted');
await stopSandbox(first);

const second = await startSandbox(5_000);
demand((await payment(id)).status === 'accepted', "yesterday's payment is gone");
await stopSandbox(second);
console.log('  paid, stopped, started again, still paid');

async function startSandbox(limitMs) {
  const began = Date.now();
  const child = spawn('npm', ['run', 'sandbox'], {
    env: { ...process.env, ...PORTS },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  await within(limitMs, 'no banner', () => output.includes('The sandbox is ready') || child.exitCode !== null);
  demand(child.exitCode === null, `the sandbox ended with ${child.exitCode}`);
  console.log(`  banner after ${((Date.now() - began) / 1000).toFixed(1)} s`);
  return child;
}

async function stopSandbox(child) {
  const { pid } = child;
  const began = Date.now();
  process.kill(pid, 'SIGTERM');
  await within(3_000, 'the sandbox did not stop', () => child.exitCode !== null || child.signalCode !== null);
  await within(
    3_000 - (Date.now() - began),
    'Postgres still runs',
    () => !existsSync('.data/postgres/cluster/postmaster.pid'),
  );
  console.log(`  stopped after ${((Date.now() - began) / 1000).toFixed(1)} s`);
}

async function call(method, path, body) {
  const response = await fetch(gateway_url + path, {
    method,
    headers: { authorization: `Bearer ${api_key}`, 'content-type': 'application/json' },
    body: body && JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}

async function payment(id) {
  return (await call('GET', `/v1/payments/${id}`)).body;
}

async function within(milliseconds, complaint, look) {
  const until = Date.now() + milliseconds;
  while (!(await look())) {
    demand(Date.now() < until, `${complaint} after ${milliseconds} ms`);
    await pause(50);
  }
}

function demand(held, complaint) {
  if (held) return;
  console.error(`FAILED: ${complaint}`);
  process.exit(1);
}
