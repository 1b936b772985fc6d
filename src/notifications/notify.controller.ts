import { Controller, Get, HttpCode, Post, Req } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Public } from '../auth/caller';
import { readNotification } from '../cinetpay/notification-form';
import { clientOf } from '../common/client-address';
import { logWarn } from '../common/logger';
import { Metrics } from '../common/metrics';
import type { NotificationRequest } from '../common/notification-request';
import { WorkSignal } from '../database/work-signal';
import { Sites } from '../sites/sites.service';
import { InvalidLimit } from './invalid-limit';
import { NotificationStore } from './notification.store';

/**
 * What CinetPay posts to notify_url. It is kept as it came and answered 200, valid or not (of invalid ones, what `InvalidLimit` lets through);
 * all it can do is to have CinetPay asked. 503 only when it could not be kept: then CinetPay may try again.
 */
@ApiExcludeController()
@Public()
@Controller('cinetpay/notify')
export class NotifyController {
  constructor(
    private readonly store: NotificationStore,
    private readonly limit: InvalidLimit,
    private readonly sites: Sites,
    private readonly signal: WorkSignal,
    private readonly metrics: Metrics,
  ) {}

  /** CinetPay pings the address before it uses it. */
  @Get()
  ping(): void {}

  @Post()
  @HttpCode(200)
  async receive(@Req() request: NotificationRequest): Promise<void> {
    const raw = request.rawNotification;
    if (!raw) throw new Error('the body of a notification was not kept for its route');
    const { body, truncated } = raw;
    const contentType = headerText(raw.contentType ?? undefined);
    const token = headerText(request.headers['x-token']);
    const read = await readNotification(body, contentType, token, this.sites.all);
    if (read.validity !== 'valid' && !(await this.limit.allows(clientOf(request))))
      return this.metrics.notification(read.validity);
    const { validity, woken } = await this.store.keep({ ...read, contentType, token, body, truncated });
    this.metrics.notification(validity);
    // Signed with a secret of ours: a payment was lost here, or another system uses the site.
    if (validity === 'unknown_transaction')
      logWarn('CinetPay notified a payment that is not here', {
        site_id: read.siteId ?? undefined,
        transaction_id: read.transactionId ?? undefined,
      });
    if (woken) this.signal.nudge('check');
  }
}

const MAX_HEADER = 255;

// Postgres takes no NUL in text; a header is kept for people, and long ones have nothing to tell.
function headerText(value: string | string[] | undefined): string | null {
  const text = Array.isArray(value) ? value[0] : value;
  return text === undefined ? null : text.replaceAll('\0', '').slice(0, MAX_HEADER);
}
