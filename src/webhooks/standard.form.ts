import { createHmac } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { VERSION } from '../common/version';
import { Config } from '../config/config';
import { DeliveryForms, type OutgoingRequest, type OwedDelivery } from './delivery.forms';
import { signingKeys } from './webhook-secret';

/** Who we are, to receivers. */
export const USER_AGENT = `cinetpay-gateway/${VERSION}`;

/** A delivery as Standard Webhooks has it: JSON, signed with every secret that is live. */
@Injectable()
export class StandardForm {
  constructor(
    private readonly config: Config,
    forms: DeliveryForms,
  ) {
    forms.set('webhook', (delivery) => [this.requestOf(delivery)]);
  }

  private requestOf(delivery: OwedDelivery): OutgoingRequest {
    const { event_id: id, body, now } = delivery;
    const timestamp = String(Math.floor(now.getTime() / 1000));
    const keys = signingKeys(this.config.apiKeyPepper, delivery, now);
    const signatures = keys.map((key) => signature(key, `${id}.${timestamp}.${body}`));
    return {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': USER_AGENT,
        'webhook-id': id,
        'webhook-timestamp': timestamp,
        'webhook-signature': signatures.join(' '),
      },
      body,
    };
  }
}

function signature(key: Buffer, content: string): string {
  return `v1,${createHmac('sha256', key).update(content, 'utf8').digest('base64')}`;
}
