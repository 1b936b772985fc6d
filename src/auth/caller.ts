import { SetMetadata, createParamDecorator } from '@nestjs/common';
import type { CustomDecorator, ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { ErrorStatus } from '../config/config';

/** `payments`: all caller routes and the drop-in API. `drop_in`: only `/v2/*`. `admin`: all callers', sites, review. */
export type Scope = 'payments' | 'drop_in' | 'admin';
export const SCOPES: readonly Scope[] = ['payments', 'drop_in', 'admin'];

/** The internal service behind an API key. */
export interface Caller {
  /** The service's name; rows belong to it. */
  name: string;
  scopes: readonly Scope[];
  /** The key's public id, for logs and the throttle. */
  keyId: string;
  /** HTTP status of errors of the drop-in API, where the key has one of its own. */
  errorStatus?: ErrorStatus;
}

/** A request that the guard has let through. */
export interface CallerRequest extends FastifyRequest {
  caller?: Caller;
}

export const NEEDED_SCOPE = 'needed-scope';
export const PUBLIC = 'public-route';

/** The scope a route or controller needs; without it, `payments`. `admin` satisfies every scope. */
export const NeedsScope = (scope: Scope): CustomDecorator => SetMetadata(NEEDED_SCOPE, scope);

/** A route that needs no API key (notifications, checkout, health, documentation). */
export const Public = (): CustomDecorator => SetMetadata(PUBLIC, true);

/** Injects the caller into a route's parameter. */
export const CurrentCaller = createParamDecorator((_: unknown, context: ExecutionContext): Caller => {
  const { caller } = context.switchToHttp().getRequest<CallerRequest>();
  if (!caller) throw new Error('a route that takes the caller is marked public');
  return caller;
});

/** Whether this caller sees every caller's rows. */
export function seesAll(caller: Caller): boolean {
  return caller.scopes.includes('admin');
}
