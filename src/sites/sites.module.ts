import { Module } from '@nestjs/common';
import { SiteCare } from './site-care';
import { SiteStates } from './site-states';
import { SitesController } from './sites.controller';
import { Sites } from './sites.service';

/** The CinetPay accounts, the choice of one, and their pauses. */
@Module({ controllers: [SitesController], providers: [Sites, SiteStates, SiteCare], exports: [Sites, SiteStates] })
export class SitesModule {}
