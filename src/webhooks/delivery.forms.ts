import { Injectable } from '@nestjs/common';
import { Problem } from '../common/problem';

/** One delivery that is to be sent now. */
export interface OwedDelivery {
  id: string;
  endpoint_id: string;
  kind: 'webhook' | 'drop_in';
  /** Whose endpoint it is. */
  caller: string;
  url: string;
  /** `webhook-id`: the same in every attempt, on every replica, after every replay. */
  event_id: string;
  type: string;
  /** The payment it is about; null for a test. */
  transaction_id: string | null;
  /** The event as the feed shows it, byte for byte. */
  body: string;
  /** Which secrets sign (webhook-secret.ts). */
  secret_version: number;
  previous_secret_until: Date | null;
  /** Postgres' clock at the attempt. */
  now: Date;
}

/** One HTTP request of an attempt. */
export interface OutgoingRequest {
  method: 'GET' | 'POST';
  headers: Record<string, string>;
  body?: string;
}

/**
 * How a delivery of one kind is put: its requests, sent in this order to the endpoint's URL. What the last one is answered
 * decides; the ones before are a courtesy, and their answers do not matter.
 */
export type DeliveryForm = (delivery: OwedDelivery) => OutgoingRequest[] | Promise<OutgoingRequest[]>;

/** The forms by kind. `webhook` is ours; whoever makes drop-in endpoints brings theirs when the application starts. */
@Injectable()
export class DeliveryForms {
  private readonly forms = new Map<OwedDelivery['kind'], DeliveryForm>();

  set(kind: OwedDelivery['kind'], form: DeliveryForm): void {
    this.forms.set(kind, form);
  }

  async requestsOf(delivery: OwedDelivery): Promise<OutgoingRequest[]> {
    const form = this.forms.get(delivery.kind);
    if (!form) throw new Problem('internal', `nobody brought a form for ${delivery.kind}`);
    return form(delivery);
  }
}
