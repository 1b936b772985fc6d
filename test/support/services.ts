import { Test } from '@nestjs/testing';
import type { TestingModuleBuilder } from '@nestjs/testing';
import type { ModuleMetadata } from '@nestjs/common';
import { CommonModule } from '../../src/common/common.module';
import { CrashPoints } from '../../src/common/crash-points';
import { configureLogger } from '../../src/common/logger';
import { Secret } from '../../src/common/secret';
import { Config } from '../../src/config/config';
import { ConfigModule } from '../../src/config/config.module';
import { DatabaseModule } from '../../src/database/database.module';

configureLogger('silent');

/** Modules of the service over a test database, without the HTTP part; the test compiles and initialises it. */
export function services(
  databaseUrl: string,
  imports: NonNullable<ModuleMetadata['imports']>,
  fields: Partial<Config> = {},
): TestingModuleBuilder {
  const config = Object.assign(new Config(), {
    mode: 'test',
    publicUrl: 'http://127.0.0.1:1',
    databaseUrl: new Secret(databaseUrl),
    databasePool: 8,
    apiKeyPepper: new Secret('a pepper of the tests'),
    ...fields,
  });
  return Test.createTestingModule({
    imports: [ConfigModule.with(config), CommonModule.with(new CrashPoints()), DatabaseModule, ...imports],
  });
}

/** Resolves when `condition` holds; asks every 10 ms and fails after `timeoutMs`. */
export async function until(condition: () => boolean | Promise<boolean>, timeoutMs = 15_000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error('the condition was never met');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
