import { Controller, Get, Param } from '@nestjs/common';
import { ApiBearerAuth, ApiResponse, ApiTags } from '@nestjs/swagger';
import { CurrentCaller, type Caller } from '../auth/caller';
import { HistoryDto } from './history.dto';
import { History } from './history.service';

@ApiTags('payments')
@ApiBearerAuth('key')
@Controller('v1/payments/:id/history')
export class HistoryController {
  constructor(private readonly history: History) {}

  /** Everything that happened to a payment, oldest first, with the evidence it rests on. */
  @Get()
  @ApiResponse({ status: 200, type: HistoryDto })
  async story(@Param('id') id: string, @CurrentCaller() caller: Caller): Promise<HistoryDto> {
    return { data: await this.history.of(id, caller) };
  }
}
