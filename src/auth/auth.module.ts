import { Module } from '@nestjs/common';
import { ApiKeyGuard } from './api-key.guard';
import { ApiKeys } from './api-keys.service';

/** API keys and who holds them. The guards of every route that is not marked public stand in app.module.ts, in their order. */
@Module({ providers: [ApiKeys, ApiKeyGuard], exports: [ApiKeys, ApiKeyGuard] })
export class AuthModule {}
