import { Injectable } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiKeyGuard } from '../auth/api-key.guard';
import { PUBLIC } from '../auth/caller';
import { clientOf } from '../common/client-address';
import { Problem } from '../common/problem';
import type { BodyRequest } from '../common/request-body';
import { RouteFacts } from '../common/route-facts';
import { AddressLimits, CHECKOUT_QUOTA } from './address.limits';
import { tooMany } from './standing';

/**
 * The first guard: finds out whose a request is, and counts per client address those that come without a valid API key, whatever
 * they fail by, so that keys cannot be tried at speed, and those to the checkout. Notifications and probes have no limit.
 */
@Injectable()
export class EntranceGuard implements CanActivate {
  constructor(
    private readonly facts: RouteFacts,
    private readonly auth: ApiKeyGuard,
    private readonly limits: AddressLimits,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const isPublic = this.facts.getAllAndOverride<boolean>(PUBLIC, [context.getHandler(), context.getClass()]);
    if (!isPublic) return this.letCallerIn(context);
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (isCheckout(request)) this.letCustomerIn(request);
    return true;
  }

  // A valid key is let in whatever else its address has sent: others may share it, such as a proxy's.
  private async letCallerIn(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<BodyRequest>();
    request.limits = this.limits;
    try {
      return await this.auth.canActivate(context);
    } catch (fault) {
      request.reading?.release();
      // A database that is away says nothing of the key.
      if (!(fault instanceof Problem) || fault.status >= 500) throw fault;
      throw this.limits.refuse(request, http.getResponse<FastifyReply>(), fault);
    }
  }

  private letCustomerIn(request: FastifyRequest): void {
    const standing = this.limits.checkout.count(clientOf(request));
    if (!standing.isAllowed) throw tooMany(CHECKOUT_QUOTA, standing, 'An address');
  }
}

// CinetPay refuses orders whose return address does not answer its ping, and has few addresses of its own.
function isCheckout({ method, headers, routeOptions: { url = '' } }: FastifyRequest): boolean {
  // Pages of shops post there, without a key.
  if (url === '/v2/seamless/device') return true;
  if (!url.startsWith('/checkout/')) return false;
  const isPing = url.endsWith('/return') && method !== 'POST' && !headers.accept?.includes('text/html');
  return !isPing;
}
