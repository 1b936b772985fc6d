import { Inject, Injectable } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import { getOptionsToken, getStorageToken, ThrottlerGuard } from '@nestjs/throttler';
import type { ThrottlerModuleOptions, ThrottlerRequest } from '@nestjs/throttler';
import type { FastifyReply } from 'fastify';
import type { CallerRequest } from '../auth/caller';
import { RouteFacts } from '../common/route-facts';
import { BlockStorage } from './block.storage';
import { tellStanding, tooMany } from './standing';

/** One limit per API key over all routes and replicas. Comes after the key is known; routes without one have other limits. */
@Injectable()
export class ThrottleGuard extends ThrottlerGuard {
  constructor(
    @Inject(getOptionsToken()) options: ThrottlerModuleOptions,
    @Inject(getStorageToken()) private readonly blocks: BlockStorage,
    facts: RouteFacts,
  ) {
    super(options, blocks, facts);
  }

  protected override shouldSkip(context: ExecutionContext): Promise<boolean> {
    return Promise.resolve(context.switchToHttp().getRequest<CallerRequest>().caller === undefined);
  }

  protected override async handleRequest({ context, limit, ttl }: ThrottlerRequest): Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<CallerRequest>();
    const quota = { limit, windowSeconds: ttl / 1000 };
    const standing = await this.blocks.take(request.caller!.keyId, ttl, limit);
    tellStanding(http.getResponse<FastifyReply>(), quota, standing);
    if (!standing.isAllowed) throw tooMany(quota, standing, 'An API key');
    return true;
  }
}
