// Proves that a slip on the command line is one line and exit code 2, for every command.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { COMMANDS, runCommand } from '../../src/cli/command';
import { runToEnd } from '../support/program';

afterEach(() => {
  vi.restoreAllMocks();
});

/** Runs a command line that never comes to read a configuration: there is none here. */
async function slip(...argv: string[]): Promise<{ code: number; said: string }> {
  let said = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
  return { code: await runCommand(argv), said };
}

const NAMES = Object.keys(COMMANDS);
/** A command with all that it needs. */
function whole(name: string): string[] {
  const needed = COMMANDS[name]!.usage.match(/<[^>]+>/g) ?? [];
  return [...name.split(' '), ...needed.map(() => 'X')];
}
const OPTIONS = NAMES.flatMap((name) =>
  [...COMMANDS[name]!.usage.matchAll(/\[(--\S+) /g)].map(([, option]): [string, string] => [name, option!]),
);

function expectOneLine({ code, said }: { code: number; said: string }, complaint: string): void {
  expect([code, said]).toEqual([2, expect.stringContaining(complaint)]);
  expect(said.trimEnd().split('\n')).toHaveLength(1);
}

describe.each(NAMES)('%s', (name) => {
  it('says which options there are', async () => {
    for (const option of ['--scope', '--no-such', '-x', '--__proto__'])
      expectOneLine(await slip(...whole(name), option), 'There is no option');
    expectOneLine(await slip(...whole(name), '--no-such=1'), `npm run cli -- ${COMMANDS[name]!.usage}`);
  });

  it('says what is missing, and what is too much', async () => {
    expectOneLine(await slip(...whole(name), 'too-much'), '"too-much" is too much here');
    if (whole(name).length === name.split(' ').length) return;
    for (const argv of [name.split(' '), [...name.split(' '), ' ']])
      expectOneLine(await slip(...argv), 'This needs the ');
  });
});

it.each(OPTIONS)('%s: %s without a value, and twice', async (name, option) => {
  for (const rest of [[option], [`${option}=`], [option, ''], [option, '--other']])
    expectOneLine(await slip(...whole(name), ...rest), `${option} needs a value`);
  expectOneLine(await slip(...whole(name), option, 'a', option, 'b'), `${option} was given twice`);
});

it.each(['pay', 'constructor', '__proto__', 'keys', 'keys shred', '-v', 'a\nb'])(
  'says that there is no command %j',
  async (text) => expectOneLine(await slip(...text.split(' ')), 'There is no command'),
);

describe('the program', () => {
  it('ends with 2 after a slip, and with 0 after help', async () => {
    expect(await runToEnd('cli', ['keys', 'create', 'shop', '--scopes'], {})).toMatchObject({ code: 2, stdout: '' });
    const help = await runToEnd('cli', ['help'], {});
    expect([help.code, help.stderr, help.stdout.split('\n').length > NAMES.length]).toEqual([0, '', true]);
  });
});
