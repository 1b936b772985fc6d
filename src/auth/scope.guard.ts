import { Injectable } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { Problem } from '../common/problem';
import { RouteFacts } from '../common/route-facts';
import { NEEDED_SCOPE, type Caller, type CallerRequest, type Scope } from './caller';

/** Holds a caller to the scopes of its key; comes after the throttle, so that refusals count too. */
@Injectable()
export class ScopeGuard implements CanActivate {
  constructor(private readonly facts: RouteFacts) {}

  canActivate(context: ExecutionContext): boolean {
    const { caller } = context.switchToHttp().getRequest<CallerRequest>();
    if (!caller) return true;
    const places = [context.getHandler(), context.getClass()];
    const needed = this.facts.getAllAndOverride<Scope | undefined>(NEEDED_SCOPE, places) ?? 'payments';
    if (!mayUse(caller, needed)) throw new Problem('forbidden', `This route needs a key with the scope "${needed}".`);
    return true;
  }
}

/** `admin` satisfies every scope; `payments` includes `drop_in`. */
export function mayUse({ scopes }: Pick<Caller, 'scopes'>, needed: Scope): boolean {
  return scopes.includes('admin') || scopes.includes(needed) || (needed === 'drop_in' && scopes.includes('payments'));
}
