import { SetMetadata } from '@nestjs/common';
import type { CustomDecorator, ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { RouteFacts } from '../common/route-facts';

/**
 * Finds the API key in a request, of whose body it may read the beginning; undefined when there is none, unless it throws a Problem
 * that says so in other words.
 */
export type KeyReader = (request: FastifyRequest) => string | undefined | Promise<string | undefined>;

const KEY_READER = 'key-reader';
const BEARER = /^Bearer +([^\s]+) *$/i;

/** For routes whose requests carry the key elsewhere than in `Authorization`. */
export const KeyIn = (read: KeyReader): CustomDecorator => SetMetadata(KEY_READER, read);

/** The API key that a request came with, where its route looks for it. */
export function keyOf(context: ExecutionContext, facts: RouteFacts): ReturnType<KeyReader> {
  const places = [context.getHandler(), context.getClass()];
  const read = facts.getAllAndOverride<KeyReader | undefined>(KEY_READER, places) ?? bearer;
  return read(context.switchToHttp().getRequest<FastifyRequest>());
}

function bearer({ headers }: FastifyRequest): string | undefined {
  return BEARER.exec(headers.authorization ?? '')?.[1];
}
