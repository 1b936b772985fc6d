import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Public } from '../auth/caller';
import { judged } from '../common/validation';
import { WorkSignal } from '../database/work-signal';
import { Sql } from '../database/sql';
import { NOTE_MOVE } from './device.statements';
import { DropInDeviceDto, DropInFaultDto, DropInMovedDto } from './drop-in.dto';
import { BODIES } from './drop-in.controller';
import { envelope, type Envelope } from './envelope';
import { fieldsOf } from './fields';

const FIELDS: ReadonlySet<string> = new Set(['old_device_id', 'new_device_id']);

/** CinetPay's script calls it from the shop's page, which has no key: it is counted per address, as the checkout is. */
@ApiTags('drop-in')
@Public()
@Controller('v2/seamless/device')
@ApiConsumes(...BODIES)
@ApiResponse({ status: 'default', type: DropInFaultDto, description: 'Why not.' })
export class DeviceController {
  constructor(
    private readonly sql: Sql,
    private readonly signal: WorkSignal,
  ) {}

  /**
   * Notes that a page goes on under another device id, as CinetPay's `POST /v2/seamless/device` does.
   *
   * Where an order is open for the old one, CinetPay is told the same, inside the budget. The answer is the same whether there is one or not.
   */
  @Post()
  @HttpCode(200)
  @ApiBody({ type: DropInDeviceDto })
  @ApiResponse({ status: 200, type: DropInMovedDto })
  async move(@Body() body: unknown): Promise<Envelope> {
    const { value, faults } = judged(DropInDeviceDto, fieldsOf(body, FIELDS));
    if (!value) throw faults.refusal();
    const noted = await this.sql.rows(NOTE_MOVE, [value.old_device_id, value.new_device_id]);
    if (noted.length > 0) this.signal.nudge('device');
    return envelope('202', { description: 'The device was attached' });
  }
}
