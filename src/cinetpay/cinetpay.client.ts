import { HttpService } from '@nestjs/axios';
import { Injectable } from '@nestjs/common';
import type { AxiosAdapter, AxiosResponse } from 'axios';
import { retryAfterMs } from '../common/backoff';
import { logError, logInfo } from '../common/logger';
import { Metrics } from '../common/metrics';
import { Config } from '../config/config';
import type { SiteConfig } from '../config/config';
import { readCheck } from './check-answer';
import { readDevice } from './device-answer';
import { factsOf, type Facts, type RawAnswer, type Without } from './envelope';
import { HEADERS } from './http-options';
import { readInitiation } from './initiation-answer';
import type { Answer, CallOutcome, CheckOutcome, DeviceOutcome, InitiationOutcome, Unanswered } from './outcomes';
import { ExchangeFault } from './undici.adapter';
import { withApikey } from './wire';

type Operation = Answer['operation'];

/** One request: for whom, about what, and the bytes. `body` holds the apikey and goes to the wire and nowhere else. */
interface Call {
  operation: Operation;
  site: SiteConfig;
  transactionId: string;
  body: string;
  /** The request of ours that it is made for, if any. */
  requestId?: string;
}

interface Reading<Outcome> {
  outcome: Without<Outcome> | Without<Unanswered>;
  facts: Facts;
  /** Why there is no answer: a word of the network. */
  reason?: string;
}

/**
 * Speaks CinetPay's Checkout API v2 (`/v2/payment`, `/v2/payment/check`, and its script's `/v2/seamless/device`; not the newer OAuth API). Whatever CinetPay or
 * the network do becomes an outcome: these methods do not throw, and every call ends within CINETPAY_TIMEOUT_MS.
 */
@Injectable()
export class CinetpayClient {
  private readonly addresses: Record<Operation, string>;

  constructor(
    private readonly http: HttpService,
    private readonly metrics: Metrics,
    config: Config,
  ) {
    const payment = `${config.cinetpayBaseUrl}/v2/payment`;
    this.addresses = { payment, check: `${payment}/check`, device: `${config.cinetpayBaseUrl}/v2/seamless/device` };
  }

  /**
   * Asks for a counter. `wireBody` is sent as it was stored (wire.ts), with the site's present apikey put in. `requestId`
   * joins the log line of the call to that of the request it is made for.
   */
  initiate(site: SiteConfig, transactionId: string, wireBody: string, requestId?: string): Promise<InitiationOutcome> {
    const body = withApikey(wireBody, site.apikey.reveal());
    return this.call<InitiationOutcome>({ operation: 'payment', site, transactionId, body, requestId }, readInitiation);
  }

  /** Asks what became of a payment. */
  check(site: SiteConfig, transactionId: string, requestId?: string): Promise<CheckOutcome> {
    const apikey = site.apikey.reveal();
    const body = JSON.stringify({ apikey, site_id: site.site_id, transaction_id: transactionId });
    return this.call<CheckOutcome>({ operation: 'check', site, transactionId, body, requestId }, readCheck);
  }

  /** Tells that the page of an order goes on under another device id. As from the page itself, there is no key in it. */
  attachDevice(site: SiteConfig, transactionId: string, from: string, to: string): Promise<DeviceOutcome> {
    const body = JSON.stringify({ old_device_id: from, new_device_id: to });
    return this.call<DeviceOutcome>({ operation: 'device', site, transactionId, body }, readDevice);
  }

  private async call<Outcome extends CallOutcome>(
    call: Call,
    read: (raw: RawAnswer, apikey: string) => Reading<Outcome>,
  ): Promise<Outcome> {
    const started = performance.now();
    const reading = await this.exchange(call).then(
      (raw) => read(raw, call.site.apikey.reveal()),
      (fault: unknown): Reading<Outcome> => readFault(fault),
    );
    const durationMs = Math.round(performance.now() - started);
    const { outcome, facts } = reading;
    const answer: Answer = { operation: call.operation, outcome: outcome.kind, durationMs, ...facts };
    this.metrics.cinetpayCall(call.site.site_id, call.operation, outcome.kind, durationMs / 1000);
    log(call, outcome, answer, reading.reason);
    return { ...outcome, answer } as unknown as Outcome;
  }

  private async exchange({ operation, body }: Call): Promise<RawAnswer> {
    // Straight to HttpService's adapter: on the way there axios merges its configuration anew for each request, which takes longer than the
    // exchange itself and a tenth of an order's memory.
    const { defaults } = this.http.axiosRef;
    const response = (await (defaults.adapter as AxiosAdapter)({
      url: this.addresses[operation],
      method: 'post',
      headers: HEADERS,
      data: body,
      timeout: defaults.timeout,
      maxContentLength: defaults.maxContentLength,
    })) as AxiosResponse<string>;
    const { status, data, headers } = response;
    return { status, text: data, headers: headers as Record<string, string> };
  }
}

/** What an exchange that broke off means. Anything thrown that is not known to be "not sent" may have been sent. */
function readFault(fault: unknown): { outcome: Without<Unanswered>; facts: Facts; reason: string } {
  const { phase, head, reason } =
    fault instanceof ExchangeFault ? fault : { phase: 'sent', head: undefined, reason: 'unknown' };
  const facts = { ...factsOf(0, undefined, ''), httpStatus: head?.status ?? null };
  // The status line is enough to know that it was turned away.
  if (head?.status === 429)
    return { outcome: { kind: 'throttled', retryAfterMs: retryAfterMs(head.headers['retry-after']) }, facts, reason };
  return { outcome: { kind: phase === 'sent' ? 'unclear' : 'not_sent' }, facts, reason };
}

function log(call: Call, outcome: { kind: string; about?: string }, answer: Answer, reason?: string): void {
  const fields = {
    request_id: call.requestId,
    operation: call.operation,
    outcome: outcome.kind,
    code: answer.code ?? undefined,
    status: answer.httpStatus ?? undefined,
    duration_ms: answer.durationMs,
    transaction_id: call.transactionId,
    site_id: call.site.site_id,
    api_response_id: answer.apiResponseId ?? undefined,
    reason: reason ?? outcome.about,
  };
  if (outcome.kind === 'misconfigured') logError('CinetPay refuses our configuration', undefined, fields);
  logInfo('cinetpay call', fields);
}
