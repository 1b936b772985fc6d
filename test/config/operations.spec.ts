// Proves that docs/operations.md names what operators find: every variable with its default, metric, log line and command.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PAUSE_CAUSES } from '../../src/sites/site-state';
import { RESOLUTIONS } from '../../src/payments/care';
import { Config } from '../../src/config/config';
import { variableName } from '../../src/config/environment';
import { WARNINGS } from '../../src/config/warnings';
import { request, startTestGateway, type TestGateway } from '../support/gateway';

const PAGE = readFileSync('docs/operations.md', 'utf8');

/** The text of a section, or of a part of one. */
function section(title: string): string {
  const [mark] = new RegExp(`^#+ ${title}$`, 'm').exec(PAGE)!;
  const after = PAGE.slice(PAGE.indexOf(mark) + mark.length);
  return after.slice(0, after.search(/^##/m));
}

/** Cells of the lines of the tables whose first cell is a word of code: name, and the cells after it. */
function table(title: string): [string, string[]][] {
  const lines = section(title).match(/^\| `.*$/gm) ?? [];
  // A pipe inside a cell is written with a backslash.
  const rows = lines.map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()));
  return rows.flatMap(([, names = '', ...cells]) =>
    names.split(', ').map((name): [string, string[]] => [name.replaceAll('`', ''), cells]),
  );
}

/** All TypeScript of a folder as one text. */
function sources(folder: string): string {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  return names.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n');
}

describe('the configuration', () => {
  const VARIABLES = table('Configuration').filter(([name]) => /^[A-Z_]+$/.test(name));

  it('is that of .env.example: every variable, in its order, and no other', () => {
    const inExample = [...readFileSync('.env.example', 'utf8').matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name);
    expect(VARIABLES.map(([name]) => name)).toEqual(inExample);
  });

  it('has the defaults of the code, and a unit, a meaning and a source for each', () => {
    const defaults = new Map(Object.entries(new Config()).map(([name, value]) => [variableName(name), String(value)]));
    const wrong = VARIABLES.filter(([name, [said]]) => (defaults.get(name) || '–') !== said).map(([name]) => name);
    expect(wrong).toEqual(['PUBLIC_URL', 'DATABASE_URL', 'API_KEY_PEPPER']);
    for (const [name, [said]] of VARIABLES) if (wrong.includes(name)) expect(said).toBe('required');
    for (const [name, cells] of VARIABLES)
      expect([name, cells.slice(0, 4).every((cell) => cell !== '')]).toEqual([name, true]);
  });
});

describe('the metrics', () => {
  let gateway: TestGateway;

  beforeAll(async () => {
    gateway = await startTestGateway();
  });

  afterAll(() => gateway.close());

  it('are those that a running gateway has, with their labels', async () => {
    const { text } = await request('GET', `${gateway.url}/metrics`);
    const names = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name!);
    const own = names.filter((name) => !/^(process|nodejs)_/.test(name)).sort();
    expect(
      table('Metrics')
        .map(([name]) => name)
        .sort(),
    ).toEqual(own);
    const code = sources('src');
    for (const [name, [labels]] of table('Metrics')) {
      const declared = new RegExp(`name: '${name}',\\s+help:[^]*?(?:labelNames: \\[([^\\]]*)\\]|\\}\\))`).exec(
        code,
      )![1];
      expect([name, labels]).toEqual([name, declared?.replaceAll("'", '') ?? '–']);
    }
  });

  it('are all that alarms ask for', () => {
    const known = table('Metrics').map(([name]) => name);
    const asked = [...section('Alarms worth having').matchAll(/\b([a-z_]+)\s*(?:\{|\) >)/g)].map(([, name]) => name!);
    expect(asked.length).toBeGreaterThan(8);
    expect(asked.filter((name) => !known.includes(name))).toEqual([]);
  });
});

it('explains every log line that the code can write, at its level, and every field', () => {
  const code = sources('src');
  const written = [...code.matchAll(/log(Info|Warn|Error)\(\s*(['`])(.+?)\2/g)].map(
    ([, level, , message]) => `${level!.toLowerCase()}: ${message!.replace(/\$\{[^}]*\}/, '…')}`,
  );
  const told = (section('Log').match(/^\| (info|warn|error) .*$/gm) ?? []).flatMap((line) => {
    const [, level = '', messages = ''] = line.split('|').map((cell) => cell.trim());
    return [...messages.matchAll(/`([^`]+)`/g)].map(([, message]) => `${level}: ${message}`);
  });
  const atStart = WARNINGS.map(({ line }) => `warn: ${line}`);
  expect(told.sort()).toEqual([...new Set([...written, ...atStart])].sort());
  const [, fields] = /interface LogFields \{([^}]*)\}/.exec(code)!;
  const missing = [...fields!.matchAll(/^ +(\w+)\?:/gm)].filter(([, name]) => !section('Log').includes(`\`${name}\``));
  expect(missing).toEqual([]);
});

it('lists every command as the command line itself does', () => {
  const usages = [...readFileSync('src/cli/command.ts', 'utf8').matchAll(/usage: '([^']+)'/g)].map(
    ([, usage]) => usage,
  );
  expect(usages.length).toBeGreaterThan(8);
  const listed = (section('Commands').match(/^\| `([^`]+)`/gm) ?? []).map((cell) => cell.slice(3, -1));
  expect(listed.sort()).toEqual(usages.sort());
});

it('says what to do about every cause of a pause and every way to resolve a review', () => {
  expect(
    table('Site paused')
      .map(([name]) => name)
      .sort(),
  ).toEqual([...PAUSE_CAUSES].sort());
  expect(
    table('needs_review')
      .map(([name]) => name)
      .sort(),
  ).toEqual([...RESOLUTIONS].sort());
});

it('has no link to a heading that is not there', () => {
  const slug = (text: string): string =>
    text
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-');
  const headings = (page: string): string[] =>
    [...readFileSync(page, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, text]) => slug(text!));
  for (const name of ['operations.md', 'cinetpay.md']) {
    const links = [...readFileSync(`docs/${name}`, 'utf8').matchAll(/\]\(([^)#:]*)#([^)]+)\)/g)];
    const broken = links.filter(([, page, anchor]) => !headings(`docs/${page || name}`).includes(anchor!));
    expect(broken.map(([link]) => link)).toEqual([]);
  }
});
