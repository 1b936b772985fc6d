import type { FastifyRequest } from 'fastify';

/** Where CinetPay posts its notifications. */
export const NOTIFICATION_ROUTE = '/cinetpay/notify';

/** What was posted there, byte for byte. */
export interface RawNotification {
  body: Buffer;
  /** There was more than we keep. */
  truncated: boolean;
  contentType: string | null;
}

/** A POST to the notification route always has it; other requests never do. */
export interface NotificationRequest extends FastifyRequest {
  rawNotification?: RawNotification;
}
