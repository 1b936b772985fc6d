import { Module } from '@nestjs/common';
import { AddressGuard } from './address.guard';
import { DeliveriesController } from './deliveries.controller';
import { Deliveries } from './deliveries.service';
import { DeliveriesWorker } from './deliveries.worker';
import { DeliveryForms } from './delivery.forms';
import { DeliveryMetrics } from './delivery.metrics';
import { DeliveryStore } from './delivery.store';
import { DropInEndpoints } from './drop-in.endpoints';
import { EndpointsController } from './endpoints.controller';
import { WebhookEndpoints } from './endpoints.service';
import { ReceiverClient } from './receiver.client';
import { StandardForm } from './standard.form';

/** Events out: where they go, what is owed, what was tried. */
@Module({
  controllers: [EndpointsController, DeliveriesController],
  providers: [
    ...[AddressGuard, Deliveries, DeliveriesWorker, DeliveryForms, DeliveryMetrics, DeliveryStore],
    ...[DropInEndpoints, ReceiverClient, StandardForm, WebhookEndpoints],
  ],
  exports: [Deliveries, DeliveryForms, DropInEndpoints, WebhookEndpoints],
})
export class WebhooksModule {}
