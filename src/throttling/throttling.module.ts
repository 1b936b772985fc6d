import { Module } from '@nestjs/common';
import { ThrottlerModule } from '@nestjs/throttler';
import type { ThrottlerModuleOptions } from '@nestjs/throttler';
import { Config } from '../config/config';
import { AddressLimits } from './address.limits';
import { BlockStorage } from './block.storage';
import { BlockStore } from './block.store';
import { Replicas } from './replicas';

@Module({ providers: [BlockStore, BlockStorage, Replicas], exports: [BlockStorage] })
class CountingModule {}

function optionsOf(
  { throttleLimit: limit, throttleWindowSeconds }: Config,
  storage: BlockStorage,
): ThrottlerModuleOptions {
  return { throttlers: [{ name: 'default', limit, ttl: throttleWindowSeconds * 1000 }], storage };
}

/** Limits on callers. Its guards stand in app.module.ts: one before the API key is looked at, one after. */
@Module({
  imports: [
    ThrottlerModule.forRootAsync({
      imports: [CountingModule],
      inject: [Config, BlockStorage],
      useFactory: optionsOf,
    }),
  ],
  providers: [AddressLimits],
  exports: [AddressLimits],
})
export class ThrottlingModule {}
