import { Injectable } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Problem } from '../common/problem';
import { RouteFacts } from '../common/route-facts';
import { ApiKeys } from './api-keys.service';
import { PUBLIC, type CallerRequest } from './caller';
import { keyOf } from './key-place';

/** Lets a request through to a route that is public, or with a valid API key; notes whose it is. What it may do is for ScopeGuard. */
@Injectable()
export class ApiKeyGuard implements CanActivate {
  constructor(
    private readonly facts: RouteFacts,
    private readonly keys: ApiKeys,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const places = [context.getHandler(), context.getClass()];
    if (this.facts.getAllAndOverride<boolean>(PUBLIC, places)) return true;
    const http = context.switchToHttp();
    const key = await keyOf(context, this.facts);
    const caller = key === undefined ? undefined : await this.keys.find(key);
    if (!caller) {
      void http.getResponse<FastifyReply>().header('WWW-Authenticate', 'Bearer');
      throw new Problem(
        'unauthorized',
        'Send "Authorization: Bearer <key>" with a key that is not revoked (an operator makes one: keys create <caller>).',
      );
    }
    http.getRequest<CallerRequest>().caller = caller;
    return true;
  }
}
