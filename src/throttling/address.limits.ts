import { Injectable } from '@nestjs/common';
import { Config } from '../config/config';
import { AddressCounts } from './address.counts';
import type { Quota } from './standing';

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
  readonly strangers: AddressCounts;
  readonly checkout = countsOf(CHECKOUT_QUOTA);
  readonly visitors = countsOf(VISITOR_QUOTA);

  constructor({ throttleLimit, throttleWindowSeconds }: Config) {
    this.strangersQuota = { limit: throttleLimit, windowSeconds: throttleWindowSeconds };
    this.strangers = countsOf(this.strangersQuota);
  }
}

function countsOf({ limit, windowSeconds }: Quota): AddressCounts {
  return new AddressCounts(limit, windowSeconds * 1000);
}
