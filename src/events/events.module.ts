import { Module } from '@nestjs/common';
import { EventsController } from './events.controller';
import { EventsService } from './events.service';
import { EventPublisher } from './publisher';

/** What happened: the feed, and the publisher that gives events their positions and deliveries. */
@Module({
  controllers: [EventsController],
  providers: [EventsService, EventPublisher],
  exports: [EventsService, EventPublisher],
})
export class EventsModule {}
