import { Injectable } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply } from 'fastify';
import { Problem } from '../common/problem';
import { ApiKeys } from './api-keys.service';
import { NEEDED_SCOPE, PUBLIC, type Caller, type CallerRequest, type Scope } from './caller';

const BEARER = /^Bearer +([^\s]+) *$/i;

/** Lets a request through to a route that is public, or that its API key may use; notes whose it is. */
@Injectable()
export class ApiKeyGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly keys: ApiKeys,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const places = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean>(PUBLIC, places)) return true;
    const http = context.switchToHttp();
    const request = http.getRequest<CallerRequest>();
    const key = BEARER.exec(request.headers.authorization ?? '')?.[1];
    const caller = key === undefined ? undefined : await this.keys.find(key);
    if (!caller) {
      void http.getResponse<FastifyReply>().header('WWW-Authenticate', 'Bearer');
      throw new Problem('unauthorized', 'Send "Authorization: Bearer <key>" with a key that is not revoked.');
    }
    request.caller = caller;
    const needed = this.reflector.getAllAndOverride<Scope | undefined>(NEEDED_SCOPE, places) ?? 'payments';
    if (!mayUse(caller, needed)) throw new Problem('forbidden', `This route needs a key with the scope "${needed}".`);
    return true;
  }
}

/** `admin` satisfies every scope; `payments` includes `drop_in`. */
export function mayUse({ scopes }: Pick<Caller, 'scopes'>, needed: Scope): boolean {
  return scopes.includes('admin') || scopes.includes(needed) || (needed === 'drop_in' && scopes.includes('payments'));
}
