import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Config } from '../config/config';
import { connectionTo, DatabaseClient } from './client';
import { Sql } from './sql';
import { WorkSignal } from './work-signal';

/** The longest that a statement may take (our choice: no caller waits longer). */
const STATEMENT_MS = 10_000;
/** The longest that a process may stand still inside a transaction, and hold its rows (our choice: our transactions take milliseconds). */
const STILL_MS = 5_000;

/** TypeORM's data source, the named statements over its pool, and the signal that wakes workers. */
@Global()
@Module({
  imports: [
    TypeOrmModule.forRootAsync({
      inject: [Config],
      useFactory: (config: Config) => ({
        type: 'postgres' as const,
        poolSize: config.databasePool,
        autoLoadEntities: true,
        // Never: the schema is the migrations'.
        synchronize: false,
        logging: false,
        // Also the wait for a free connection of the pool: a burst is queued, not turned away.
        connectTimeoutMS: 5_000,
        // A start says at once that there is no database, and nothing else.
        toRetry: () => false,
        extra: {
          // Postgres' own, so that nothing goes on there that no request here waits for; ours for a Postgres that says nothing at all.
          ...connectionTo(config.databaseUrl.reveal(), { statementMs: STATEMENT_MS, idleInTransactionMs: STILL_MS }),
          Client: DatabaseClient,
          query_timeout: STATEMENT_MS + 1_000,
          idleTimeoutMillis: 60_000,
        },
      }),
    }),
  ],
  providers: [Sql, WorkSignal],
  exports: [Sql, WorkSignal],
})
export class DatabaseModule {}
