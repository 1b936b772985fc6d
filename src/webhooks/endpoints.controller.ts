import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { CurrentCaller, type Caller } from '../auth/caller';
import { BodyPipe, QueryPipe } from '../common/validation.pipe';
import { Deliveries } from './deliveries.service';
import { DeliveryDto } from './delivery.dto';
import {
  ChangeEndpointDto,
  CreateEndpointDto,
  EndpointDto,
  EndpointPageDto,
  EndpointQueryDto,
  NewEndpointDto,
  ReplayDto,
  ReplayedDto,
  RotatedSecretDto,
} from './endpoint.dto';
import { CHANGE_EXAMPLES, CREATE_EXAMPLES, REPLAY_EXAMPLES } from './endpoint.examples';
import type { EndpointRow } from './endpoint.statements';
import { WebhookEndpoints } from './endpoints.service';

@ApiTags('webhooks')
@ApiBearerAuth('key')
@Controller('v1/webhook-endpoints')
export class EndpointsController {
  constructor(
    private readonly endpoints: WebhookEndpoints,
    private readonly deliveries: Deliveries,
  ) {}

  /** Names a URL that events are posted to from now on. The answer shows the secret that verifies them. */
  @Post()
  @ApiBody({ type: CreateEndpointDto, examples: CREATE_EXAMPLES })
  @ApiResponse({ status: 201, type: NewEndpointDto })
  async create(
    @Body(BodyPipe(CreateEndpointDto, { nulls: 'absent' })) body: CreateEndpointDto,
    @CurrentCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<NewEndpointDto> {
    const row = await this.endpoints.create(caller, body);
    void reply.header('Location', `/v1/webhook-endpoints/${row.id}`);
    return { ...endpointJson(row), secret: this.endpoints.secretOf(row) };
  }

  /** Lists your endpoints, newest first. */
  @Get()
  @ApiResponse({ status: 200, type: EndpointPageDto })
  async all(
    @Query(QueryPipe(EndpointQueryDto)) { limit, cursor }: EndpointQueryDto,
    @CurrentCaller() caller: Caller,
  ): Promise<EndpointPageDto> {
    const { rows, next } = await this.endpoints.page(caller, limit, cursor);
    return { data: rows.map(endpointJson), next_cursor: next };
  }

  /** One endpoint, without its secret. */
  @Get(':id')
  @ApiResponse({ status: 200, type: EndpointDto })
  async one(@Param('id') id: string, @CurrentCaller() caller: Caller): Promise<EndpointDto> {
    return endpointJson(await this.endpoints.find(id, caller));
  }

  /** Changes what is sent and leaves the rest. */
  @Patch(':id')
  @ApiBody({ type: ChangeEndpointDto, examples: CHANGE_EXAMPLES })
  @ApiResponse({ status: 200, type: EndpointDto })
  async change(
    @Param('id') id: string,
    @Body(BodyPipe(ChangeEndpointDto, { nulls: 'kept' })) body: ChangeEndpointDto,
    @CurrentCaller() caller: Caller,
  ): Promise<EndpointDto> {
    return endpointJson(await this.endpoints.change(id, caller, body));
  }

  /** Nothing is sent there any more. What was sent stays to be read under /v1/deliveries. */
  @Delete(':id')
  @HttpCode(204)
  @ApiResponse({ status: 204 })
  async remove(@Param('id') id: string, @CurrentCaller() caller: Caller): Promise<void> {
    await this.endpoints.remove(id, caller);
  }

  /** Makes a new secret. Deliveries carry signatures of both for 24 hours: change yours within them. */
  @Post(':id/rotate-secret')
  @HttpCode(200)
  @ApiResponse({ status: 200, type: RotatedSecretDto })
  async rotate(@Param('id') id: string, @CurrentCaller() caller: Caller): Promise<RotatedSecretDto> {
    const row = await this.endpoints.rotate(id, caller);
    return { secret: this.endpoints.secretOf(row), previous_valid_until: row.previous_secret_until! };
  }

  /** Sends a `webhook.test` there. Look at the delivery for what became of it. */
  @Post(':id/test')
  @HttpCode(202)
  @ApiResponse({ status: 202, type: DeliveryDto })
  async test(@Param('id') id: string, @CurrentCaller() caller: Caller): Promise<DeliveryDto> {
    return this.deliveries.test(id, caller);
  }

  /** Delivers the events of a time again, also those it never got: same ids, same bytes. */
  @Post(':id/replay')
  @HttpCode(202)
  @ApiBody({ type: ReplayDto, examples: REPLAY_EXAMPLES })
  @ApiResponse({ status: 202, type: ReplayedDto })
  async replay(
    @Param('id') id: string,
    @Body(BodyPipe(ReplayDto, { nulls: 'absent' })) body: ReplayDto,
    @CurrentCaller() caller: Caller,
  ): Promise<ReplayedDto> {
    return { deliveries: await this.deliveries.replay(id, body, caller) };
  }
}

function endpointJson(row: EndpointRow): EndpointDto {
  const { id, url, events, description, enabled, disabled_reason, created_at } = row;
  return { id, url, events, description, enabled, disabled_reason, created_at };
}
