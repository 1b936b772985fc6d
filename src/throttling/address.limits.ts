import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Problem } from '../common/problem';
import { clientOf } from '../common/client-address';
import { Config } from '../config/config';
import { AddressCounts } from './address.counts';
import { tellStanding, tooMany, type Quota } from './standing';

/**
 * Requests to the checkout per address and minute (our choice). A waiting room asks every few seconds; mobile operators put
 * hundreds of customers behind one address, and all of them have to get through. It stops only a flood.
 */
export const CHECKOUT_QUOTA: Quota = { limit: 6_000, windowSeconds: 60 };

/** Requests for the documentation, the metrics and what no route answers, per address and minute (our choice: a page takes ten). */
export const VISITOR_QUOTA: Quota = { limit: 600, windowSeconds: 60 };

/** The limits of those who have no API key, per client address and per process. */
@Injectable()
export class AddressLimits {
  /** As much as a key may ask, but for requests whose key is wrong or missing. */
  readonly strangersQuota: Quota;
  private readonly strangers: AddressCounts;
  readonly checkout = countsOf(CHECKOUT_QUOTA);
  readonly visitors = countsOf(VISITOR_QUOTA);

  constructor({ throttleLimit, throttleWindowSeconds }: Config) {
    this.strangersQuota = { limit: throttleLimit, windowSeconds: throttleWindowSeconds };
    this.strangers = countsOf(this.strangersQuota);
  }

  /** Whether one more request of its address that failed so would be one too many. */
  isOver(request: FastifyRequest): boolean {
    return !this.strangers.look(clientOf(request)).isAllowed;
  }

  /**
   * Counts a request that failed before it was known to come from a caller; the connection ends with its answer.
   * @returns what to answer: why it failed, or that its address has sent too many
   */
  refuse(request: FastifyRequest, reply: FastifyReply, fault: Problem): Problem {
    const standing = this.strangers.count(clientOf(request));
    tellStanding(reply, this.strangersQuota, standing);
    void reply.header('Connection', 'close');
    return standing.isAllowed ? fault : tooMany(this.strangersQuota, standing, 'An address without a valid API key');
  }
}

function countsOf({ limit, windowSeconds }: Quota): AddressCounts {
  return new AddressCounts(limit, windowSeconds * 1000);
}
