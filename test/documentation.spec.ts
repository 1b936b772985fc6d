// Proves that what the documentation shows is what happens: its order, its answer, its commands, its amounts and its links.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAGIC_AMOUNTS } from '../simulator/faults/magic-amounts';
import { firstOrder } from '../src/sandbox.banner';
import { eventually, request, startTestGateway, type TestGateway } from './support/gateway';

const README = readFileSync('README.md', 'utf8');
const FIRST_ORDER = firstOrder('http://127.0.0.1:3001');
const PAGES = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', ...pagesUnder('docs')];

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startTestGateway();
});

afterAll(() => gateway.close());

function pagesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name));
}

function block(language: string): string {
  return new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``).exec(
    README.slice(README.indexOf('## The first payment')),
  )![1]!;
}

describe('the README', () => {
  it('starts a payment with the order that the sandbox prints too, and shows the answer field by field', async () => {
    const sent: unknown = JSON.parse(/-d '([^']+)'/.exec(block('sh'))![1]!);
    expect(sent).toEqual(FIRST_ORDER);
    const shown = JSON.parse(block('json')) as Record<string, unknown>;
    const { status, body } = await gateway.call('POST', '/v1/payments', sent);
    expect(status).toBe(201);
    expect(Object.keys(body)).toEqual(Object.keys(shown));
    for (const [name, value] of Object.entries(body)) {
      const varies = /^(transaction_id|payment_url|payment_token|checkout_url|.*_at)$/.test(name);
      expect([name, varies ? typeof value : value]).toEqual([name, varies ? typeof shown[name] : shown[name]]);
    }
  });

  it('lists every amount that chooses a behaviour, and says what it does', async () => {
    const listed = [...README.matchAll(/^\| +(\d+) +\| (.+?) +\|$/gm)].map(([, amount, meaning]) => ({
      amount,
      meaning,
    }));
    expect(listed).toEqual(MAGIC_AMOUNTS.map(({ amount, meaning }) => ({ amount: String(amount), meaning })));
    const { body } = await gateway.call('POST', '/v1/payments', { ...FIRST_ORDER, amount: 1905 });
    const path = `/v1/payments/${body.transaction_id}`;
    await eventually(async () => (await gateway.call('GET', path)).body.status === 'accepted');
  });

  it('is short enough to be read', () => {
    expect(README.split('\n').length).toBeLessThan(200);
  });
});

it.each(PAGES)('%s links only to what is there, and names only commands that exist', (page) => {
  const text = readFileSync(page, 'utf8');
  const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link]) => link!);
  expect(links.filter((link) => !existsSync(join(dirname(page), link)))).toEqual([]);
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
  const commands = [...text.matchAll(/npm (?:run )?([a-z:]+)/g)].map(([, name]) => name!);
  expect(commands.filter((name) => !(name in scripts) && !['ci', 'install'].includes(name))).toEqual([]);
});

it('the API answers without a key say where to get one', async () => {
  const { body } = await request('GET', `${gateway.url}/v1/payments`);
  expect(body.detail).toContain('keys create');
});
