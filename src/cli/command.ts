import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AppModule } from '../app.module';
import { configureLogger, flushLog } from '../common/logger';
import { Problem } from '../common/problem';
import { loadConfig, readEnvironment } from '../config/environment';
import { examineDatabase } from '../database/examination';
import { linesOf } from '../program';
import { readArguments, shown } from './arguments';
import { checkConfig } from './check-config';
import { retryDelivery } from './deliveries';
import { createKey, listKeys, revokeKey } from './keys';
import { migrate } from './migrate';
import { showPayment, verifyPayment } from './payments';
import { Failed, Misused, type Scene } from './scene';
import { listSites, pauseSite, resumeSite } from './sites';

type Work = (app: INestApplicationContext, scene: Scene) => Promise<void>;

interface Command {
  /** Also what decides which arguments it takes (arguments.ts). */
  usage: string;
  does: string;
  /** With the services, or without: then the database need not be migrated. */
  run: { with: Work } | { without: (scene: Scene) => Promise<void> };
}

/** Every command by its name. */
export const COMMANDS: Record<string, Command> = {
  'keys create': {
    usage: 'keys create <caller> [--scopes payments,drop_in,admin] [--error-status 200]',
    does: 'makes an API key; the only time it is shown',
    run: { with: createKey },
  },
  'keys list': { usage: 'keys list', does: 'every key, without its secret part', run: { with: listKeys } },
  'keys revoke': {
    usage: 'keys revoke <id or prefix>',
    does: 'refused everywhere within 5 s',
    run: { with: revokeKey },
  },
  migrate: { usage: 'migrate', does: 'brings the schema up to date; start does it too', run: { without: migrate } },
  'check-config': {
    usage: 'check-config',
    does: 'tells what start would refuse, and tries the database',
    run: { without: checkConfig },
  },
  'payments show': {
    usage: 'payments show <transaction_id>',
    does: 'the payment and its history',
    run: { with: showPayment },
  },
  'payments verify': {
    usage: 'payments verify <transaction_id>',
    does: 'asks CinetPay now, inside the budget',
    run: { with: verifyPayment },
  },
  'sites list': { usage: 'sites list', does: 'every CinetPay site and its pause', run: { with: listSites } },
  'sites pause': {
    usage: 'sites pause <site_id> [--reason text]',
    does: 'no calls and no new orders until it is resumed',
    run: { with: pauseSite },
  },
  'sites resume': {
    usage: 'sites resume <site_id>',
    does: 'ends a pause, whatever its cause',
    run: { with: resumeSite },
  },
  'deliveries retry': {
    usage: 'deliveries retry <id>',
    does: 'sends a delivery again now, whatever came of it',
    run: { with: retryDelivery },
  },
};

/**
 * Runs one command.
 * @returns the exit code: 1 when it failed, 2 when the command line is none
 */
export async function runCommand(argv: string[]): Promise<number> {
  if (argv.length === 0 || argv[0] === 'help' || argv.includes('--help')) return explain();
  try {
    const name = nameOf(argv);
    const given = readArguments(COMMANDS[name]!.usage, argv.slice(name.split(' ').length));
    const config = loadConfig(readEnvironment({ withFile: true }));
    configureLogger('error');
    await perform(COMMANDS[name]!, { config, ...given, print });
    return 0;
  } catch (error) {
    process.stderr.write(`${reasonOf(error).join('\n')}\n`);
    return error instanceof Misused ? 2 : 1;
  } finally {
    flushLog();
  }
}

function nameOf(argv: string[]): string {
  const name = [argv.slice(0, 2).join(' '), argv[0]!].find((one) => Object.hasOwn(COMMANDS, one));
  if (name !== undefined) return name;
  throw new Misused(`There is no command ${shown(argv.slice(0, 2).join(' '))}. All of them: npm run cli -- help`);
}

async function perform({ run }: Command, scene: Scene): Promise<void> {
  if ('without' in run) return run.without(scene);
  await examineDatabase(scene.config.databaseUrl.reveal(), 1);
  // Neither role: nothing is worked on here but the command.
  scene.config.roles = [];
  const app = await NestFactory.createApplicationContext(AppModule.with(scene.config), {
    logger: false,
    abortOnError: false,
  });
  try {
    await run.with(app, scene);
  } finally {
    await app.close();
  }
}

function reasonOf(error: unknown): string[] {
  if (error instanceof Misused || error instanceof Failed) return [error.message];
  if (error instanceof Problem) return [`${error.title}: ${error.detail}`];
  return linesOf(error);
}

function explain(): number {
  const width = Math.max(...Object.values(COMMANDS).map(({ usage }) => usage.length));
  print('npm run cli -- <command>\n');
  for (const { usage, does } of Object.values(COMMANDS)) print(`  ${usage.padEnd(width)}  ${does}`);
  return 0;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
