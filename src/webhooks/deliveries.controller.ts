import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiResponse, ApiTags } from '@nestjs/swagger';
import { CurrentCaller, type Caller } from '../auth/caller';
import { QueryPipe } from '../common/validation.pipe';
import { Deliveries } from './deliveries.service';
import { DeliveryDto, DeliveryPageDto, DeliveryQueryDto } from './delivery.dto';

@ApiTags('webhooks')
@ApiBearerAuth('key')
@Controller('v1/deliveries')
export class DeliveriesController {
  constructor(private readonly deliveries: Deliveries) {}

  /** Lists what your endpoints were and are owed, newest first. */
  @Get()
  @ApiResponse({ status: 200, type: DeliveryPageDto })
  async all(
    @Query(QueryPipe(DeliveryQueryDto)) query: DeliveryQueryDto,
    @CurrentCaller() caller: Caller,
  ): Promise<DeliveryPageDto> {
    return this.deliveries.page(query, caller);
  }

  /** One delivery with every attempt. */
  @Get(':id')
  @ApiResponse({ status: 200, type: DeliveryDto })
  async one(@Param('id') id: string, @CurrentCaller() caller: Caller): Promise<DeliveryDto> {
    return this.deliveries.find(id, caller);
  }

  /** Sends it again now, whatever came of it; the schedule starts anew. */
  @Post(':id/retry')
  @HttpCode(202)
  @ApiResponse({ status: 202, type: DeliveryDto })
  async retry(@Param('id') id: string, @CurrentCaller() caller: Caller): Promise<DeliveryDto> {
    return this.deliveries.retry(id, caller);
  }
}
