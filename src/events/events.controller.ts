import { Controller, Get, Header, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { CurrentCaller, type Caller } from '../auth/caller';
import { QueryPipe } from '../common/validation.pipe';
import { EventPage, FeedQuery } from './events.dto';
import { EventsService } from './events.service';

@ApiTags('events')
@ApiBearerAuth('key')
@Controller('v1/events')
export class EventsController {
  constructor(private readonly events: EventsService) {}

  /** What happened to your payments, oldest first. Ask again with the last position you have seen as `after`. */
  @Get()
  @Header('Content-Type', 'application/json; charset=utf-8')
  @ApiOkResponse({ type: EventPage })
  page(@CurrentCaller() caller: Caller, @Query(QueryPipe(FeedQuery)) query: FeedQuery): Promise<string> {
    return this.events.page(caller, query.after, query.limit ?? 100);
  }
}
