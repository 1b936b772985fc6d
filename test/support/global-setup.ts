import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { startEmbeddedPostgres } from '../../src/database/embedded-postgres';
import { runMigrations } from '../../src/database/migrate';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The server of this run, with a migrated template database on it. */
    postgresUrl: string;
    templateDatabase: string;
  }
}

/** What a global setup is handed (vitest's own types are ESM only). */
interface TestProject {
  provide(name: 'postgresUrl' | 'templateDatabase', value: string): void;
}

/** One Postgres for the run (or TEST_DATABASE_URL), and one migrated template that every test file copies. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-tests-'));
  // Started by root, Postgres runs as another user, who has to get in; otherwise its cluster would stay behind elsewhere.
  chmodSync(folder, 0o755);
  const given = process.env.TEST_DATABASE_URL;
  const server = given
    ? undefined
    : await startEmbeddedPostgres({ dataDir: folder, durable: false, maxConnections: 500 });
  const postgresUrl = given ?? server!.databaseUrl;
  const templateDatabase = `template_${process.pid}`;
  await command(postgresUrl, `CREATE DATABASE ${templateDatabase}`);
  const template = new URL(postgresUrl);
  template.pathname = `/${templateDatabase}`;
  await runMigrations(template.href);
  project.provide('postgresUrl', postgresUrl);
  project.provide('templateDatabase', templateDatabase);
  return async () => {
    if (given) await command(postgresUrl, `DROP DATABASE IF EXISTS ${templateDatabase} WITH (FORCE)`);
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  };
}

async function command(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
