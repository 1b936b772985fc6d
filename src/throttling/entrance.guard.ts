import { Injectable } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiKeyGuard } from '../auth/api-key.guard';
import { ApiKeys } from '../auth/api-keys.service';
import { PUBLIC } from '../auth/caller';
import { keyOf } from '../auth/key-place';
import { clientOf } from '../common/client-address';
import { Problem } from '../common/problem';
import { RouteFacts } from '../common/route-facts';
import { AddressLimits, CHECKOUT_QUOTA } from './address.limits';
import { tellStanding, tooMany } from './standing';

/**
 * The first guard: finds out whose a request is, and counts per client address those that come without a valid API key, so that
 * nobody tries keys at speed, and those to the checkout. Notifications and probes have no limit.
 */
@Injectable()
export class EntranceGuard implements CanActivate {
  constructor(
    private readonly facts: RouteFacts,
    private readonly auth: ApiKeyGuard,
    private readonly keys: ApiKeys,
    private readonly limits: AddressLimits,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const isPublic = this.facts.getAllAndOverride<boolean>(PUBLIC, [context.getHandler(), context.getClass()]);
    if (!isPublic) return this.letCallerIn(context);
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (isCheckout(request)) this.letCustomerIn(request);
    return true;
  }

  private async letCallerIn(context: ExecutionContext): Promise<boolean> {
    const { strangers, strangersQuota } = this.limits;
    const http = context.switchToHttp();
    const client = clientOf(http.getRequest<FastifyRequest>());
    const before = strangers.look(client);
    if (!before.isAllowed && !this.isKnown(context)) {
      tellStanding(http.getResponse<FastifyReply>(), strangersQuota, before);
      throw tooMany(strangersQuota, before, 'An address without a valid API key');
    }
    try {
      return await this.auth.canActivate(context);
    } catch (fault) {
      if (fault instanceof Problem && fault.kind === 'unauthorized')
        tellStanding(http.getResponse<FastifyReply>(), strangersQuota, strangers.count(client));
      throw fault;
    }
  }

  // A caller is not kept out by somebody else at the same address, such as a proxy's.
  private isKnown(context: ExecutionContext): boolean {
    const key = keyOf(context, this.facts);
    return key !== undefined && this.keys.isKnown(key);
  }

  private letCustomerIn(request: FastifyRequest): void {
    const standing = this.limits.checkout.count(clientOf(request));
    if (!standing.isAllowed) throw tooMany(CHECKOUT_QUOTA, standing, 'An address');
  }
}

// CinetPay refuses orders whose return address does not answer its ping, and has few addresses of its own.
function isCheckout({ method, headers, routeOptions: { url = '' } }: FastifyRequest): boolean {
  if (!url.startsWith('/checkout/')) return false;
  const isPing = url.endsWith('/return') && method !== 'POST' && !headers.accept?.includes('text/html');
  return !isPing;
}
