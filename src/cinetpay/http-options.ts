import type { HttpModuleOptions } from '@nestjs/axios';
import { AxiosHeaders } from 'axios';
import { VERSION } from '../common/version';
import type { UndiciAdapter } from './undici.adapter';

/** Bytes of an answer that are read (our choice): CinetPay's have about 1 KB, an error page of the edge some 10 KB. */
const MAX_ANSWER = 256 * 1024;

/** Without a User-Agent the edge answers 1010 (official page, French edition). */
export const HEADERS = AxiosHeaders.from({
  Accept: 'application/json',
  'Content-Type': 'application/json',
  'User-Agent': `cinetpay-gateway/${VERSION}`,
});

/**
 * How HttpService calls CinetPay. Bodies go out and come in as text and every status is an answer: what axios would do
 * with them costs CPU, and its errors carry the request's body.
 */
export function httpOptions(adapter: UndiciAdapter): HttpModuleOptions {
  return {
    adapter: adapter.adapt,
    method: 'post',
    timeout: adapter.totalMs,
    maxContentLength: MAX_ANSWER,
    headers: HEADERS.toJSON(),
    transformRequest: [],
    transformResponse: [],
    validateStatus: null,
  };
}
