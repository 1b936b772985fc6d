import { Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';

type Facts = Map<unknown, unknown>;

/**
 * What decorators say of routes, looked up once: the guards ask some ten times per request, and each time reflect-metadata climbs from the handler and
 * its class to the end of their prototypes.
 */
@Injectable()
export class RouteFacts extends Reflector {
  private readonly known = new WeakMap<object, WeakMap<object, Facts>>();

  override getAllAndOverride<Fact>(key: unknown, places: Parameters<Reflector['getAllAndOverride']>[1]): Fact {
    const [handler, route] = places;
    if (places.length !== 2 || !handler || !route) return super.getAllAndOverride<Fact>(key, places);
    const facts = this.factsOf(handler, route);
    if (!facts.has(key)) facts.set(key, super.getAllAndOverride<Fact>(key, places));
    return facts.get(key) as Fact;
  }

  private factsOf(handler: object, route: object): Facts {
    let ofRoute = this.known.get(route);
    if (!ofRoute) this.known.set(route, (ofRoute = new WeakMap()));
    let facts = ofRoute.get(handler);
    if (!facts) ofRoute.set(handler, (facts = new Map()));
    return facts;
  }
}
