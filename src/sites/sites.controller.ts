import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiResponse, ApiTags } from '@nestjs/swagger';
import { CurrentCaller, NeedsScope, type Caller } from '../auth/caller';
import { validated } from '../common/validation';
import { SiteCare } from './site-care';
import { PauseSiteDto, SiteDto, SitePageDto } from './site.dto';

@ApiTags('sites')
@ApiBearerAuth('key')
@NeedsScope('admin')
@Controller('v1/sites')
export class SitesController {
  constructor(private readonly care: SiteCare) {}

  /** Lists the configured sites and their pauses. */
  @Get()
  @ApiResponse({ status: 200, type: SitePageDto })
  async all(): Promise<SitePageDto> {
    return { data: await this.care.list(), next_cursor: null };
  }

  /** Pauses a site until it is resumed: no call to CinetPay, 503 for new orders. Every replica keeps to it within a second. */
  @Post(':site_id/pause')
  @HttpCode(200)
  @ApiBody({ type: PauseSiteDto, required: false })
  @ApiResponse({ status: 200, type: SiteDto })
  pause(@Param('site_id') siteId: string, @Body() body: unknown, @CurrentCaller() { name }: Caller): Promise<SiteDto> {
    const { reason = null } = validated(PauseSiteDto, body ?? {}, { nulls: 'absent' });
    return this.care.pause(siteId, reason, name);
  }

  /** Ends a pause, whatever its cause. The rate of calls recovers within 30 s. */
  @Post(':site_id/resume')
  @HttpCode(200)
  @ApiResponse({ status: 200, type: SiteDto })
  resume(@Param('site_id') siteId: string, @CurrentCaller() { name }: Caller): Promise<SiteDto> {
    return this.care.resume(siteId, name);
  }
}
