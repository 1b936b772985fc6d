interface Bucket {
  tokens: number;
  /** Milliseconds of the monotonic clock. */
  at: number;
}

/** CinetPay's patience: a bucket per site that holds one second's worth of calls and refills steadily. */
export class Throttle {
  private readonly buckets = new Map<string, Bucket>();

  /** Takes one call from the site's bucket; false when it is empty. A rate of 0 lets none through, null is no limit. */
  admit(siteId: string, ratePerSecond: number | null): boolean {
    if (ratePerSecond === null) return true;
    if (ratePerSecond === 0) return false;
    const now = performance.now();
    const size = Math.max(1, ratePerSecond);
    const bucket = this.buckets.get(siteId) ?? { tokens: size, at: now };
    bucket.tokens = Math.min(size, bucket.tokens + ((now - bucket.at) / 1000) * ratePerSecond);
    bucket.at = now;
    this.buckets.set(siteId, bucket);
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }

  clear(): void {
    this.buckets.clear();
  }
}
